package dev.millrace.formats.onnx;

import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.model.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Events of any features, as a learner and as a graph take them; a fifth of all is missing. */
final class RandomEvents {
  private final ModelSpec spec;
  private final List<Field> fields;
  private final SplittableRandom random;
  private final List<Map<String, Double>> past = new ArrayList<>();

  RandomEvents(ModelSpec spec, long seed) {
    this.spec = spec;
    fields = spec.space().fields();
    random = new SplittableRandom(seed);
  }

  /** Fills the learner's event, and returns the same as inputs of a graph. */
  Map<String, Object> fill(Learner learner) {
    EventRow event = learner.event();
    event.clear();
    Map<String, Object> inputs = new HashMap<>();
    Map<String, Double> numbers = new HashMap<>();
    double sum = 0;
    for (Field field : fields) {
      FeatureSpec feature = field.spec();
      boolean missing = random.nextInt(5) == 0;
      String name = feature.path();
      switch (feature.kind()) {
        case NUMERIC -> {
          double value = number(numbers, name, missing);
          sum += Double.isNaN(value) ? 0 : value;
          event.numbers[field.slot()] = value;
          int lag = feature.settings().lag();
          inputs.put(
              lag > 0 ? feature.name() : name,
              new double[][] {{lag > 0 ? before(lag, name) : value}});
        }
        case DISCRETIZED -> {
          double value = number(numbers, name, missing);
          event.ranged[field.slot()] = value;
          inputs.put(name, new double[][] {{value}});
        }
        case VECTOR -> inputs.put(name, vector(event, field, missing));
        case ONE_HOT -> {
          int category = random.nextInt(feature.texts() + 1);
          event.categories[field.slot()] = missing ? EventRow.MISSING : category;
          String text = category == feature.texts() ? "?" : feature.categories().get(category);
          inputs.put(name, new String[][] {{missing ? "" : text}});
        }
        case HASHED -> {
          long bucket = missing ? EventRow.MISSING : 1 + random.nextInt(feature.size() - 1);
          event.categories[field.slot()] = bucket;
          inputs.put(name, new long[][] {{bucket}});
        }
        case GROWING -> {
          byte[] text = ("t" + random.nextInt(12)).getBytes(StandardCharsets.UTF_8);
          long key = missing ? EventRow.MISSING : GrowingVocabulary.key(text, 0, text.length);
          event.categories[field.slot()] = key;
          inputs.put(name, new long[][] {{key}});
        }
        case TEXT, BAG, CROSS -> throw new AssertionError(feature.kind());
      }
    }
    past.add(numbers);
    event.labelled = true;
    int classes = spec.label().classes().size();
    event.label =
        classes == 0
            ? Math.max(0, 10 + sum + random.nextInt(3))
            : Math.floorMod((long) sum + random.nextInt(2), classes);
    return inputs;
  }

  private double before(int lag, String name) {
    return past.size() < lag ? Double.NaN : past.get(past.size() - lag).get(name);
  }

  private double number(Map<String, Double> numbers, String name, boolean missing) {
    return numbers.computeIfAbsent(
        name, n -> missing ? Double.NaN : (double) (float) (random.nextDouble() * 20 - 8));
  }

  private float[][] vector(EventRow event, Field field, boolean missing) {
    float[] values = new float[field.spec().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = missing ? Float.NaN : (float) random.nextDouble() * 3;
      event.vectors[field.slot() + i] = values[i];
    }
    return new float[][] {values};
  }
}
