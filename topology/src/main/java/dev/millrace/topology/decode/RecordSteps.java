package dev.millrace.topology.decode;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * Compiles the step of a record: for each of its fields the features that are read from it, the
 * records below it that hold such fields, or what goes over it. Only records on the way to a
 * feature are gone into, so that a hostile schema costs no more than the features do.
 */
final class RecordSteps {
  private final ModelSpec spec;
  private final Skippers skippers;
  private final Map<String, List<Field>> features = new TreeMap<>(); // by path
  private final Set<String> ways = new HashSet<>(); // paths of records with features below
  private final Set<String> found = new HashSet<>();

  RecordSteps(ModelSpec spec, Skippers skippers) {
    this.spec = spec;
    this.skippers = skippers;
    for (Field field : new FeatureSpace(spec.features()).fields()) {
      if (!isDerived(field.spec())) {
        String path = field.spec().path();
        features.computeIfAbsent(path, p -> new ArrayList<>()).add(field);
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
          ways.add(path.substring(0, dot));
        }
      }
    }
  }

  /** Whether the feature is made of others or of labels, and read from no field. */
  static boolean isDerived(FeatureSpec feature) {
    boolean ofLabel = feature.settings().lag() > 0 && feature.settings().field() == null;
    return ofLabel || feature.kind() == FeatureKind.CROSS;
  }

  Step event(Schema writer) {
    List<Step> steps = new ArrayList<>();
    for (Schema.Field field : writer.getFields()) {
      if (field.name().equals(spec.label().field())) {
        steps.add(LabelSteps.of(field, spec));
      } else if (field.name().equals(spec.label().weight())) {
        steps.add(LabelSteps.weight(field));
      } else {
        add(steps, field.schema(), field.name());
      }
    }
    return inOrder(steps);
  }

  /** The names of features whose fields the schema does not have. */
  List<String> missingFeatures() {
    return features.entrySet().stream()
        .filter(entry -> !found.contains(entry.getKey()))
        .flatMap(entry -> entry.getValue().stream())
        .map(field -> field.spec().name())
        .sorted()
        .toList();
  }

  private void add(List<Step> steps, Schema schema, String path) {
    List<Field> direct = features.getOrDefault(path, List.of());
    if (!direct.isEmpty()) {
      found.add(path);
    }
    if (direct.isEmpty() && !ways.contains(path)) {
      Skippers.Compiled compiled = skippers.compile(schema);
      if (compiled.bytesMin() > 0) {
        steps.add((in, event) -> compiled.skipper().skip(in));
      }
      return;
    }
    for (Field field : direct) {
      requireFitting(field, schema, path);
    }
    steps.add(EventDecoder.nullable(schema, Step.NOTHING, branch -> value(branch, path, direct)));
  }

  private static void requireFitting(Field field, Schema schema, String path) {
    List<Schema> branches = AvroTypes.branches(schema);
    if (!branches.isEmpty()
        && branches.stream().allMatch(branch -> FeatureSteps.of(path, branch, field).isEmpty())) {
      throw EventDecoder.mismatch(path, schema, EventDecoder.wanted(field.spec()));
    }
  }

  /** Reads a value that is not null into all that is made of it. */
  private Step value(Schema schema, String path, List<Field> direct) {
    List<Step> readers = new ArrayList<>();
    for (Field field : direct) {
      FeatureSteps.of(path, schema, field).ifPresent(readers::add);
    }
    if (schema.getType() == Schema.Type.RECORD && ways.contains(path)) {
      readers.add(record(schema, path));
    }
    if (readers.isEmpty()) {
      Skippers.Compiled compiled = skippers.compile(schema);
      readers.add((in, event) -> compiled.skipper().skip(in));
    }
    return readers.size() == 1 ? readers.getFirst() : again(readers.toArray(Step[]::new));
  }

  private Step record(Schema schema, String path) {
    List<Step> steps = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      add(steps, field.schema(), path + "." + field.name());
    }
    return inOrder(steps);
  }

  private static Step inOrder(List<Step> list) {
    Step[] steps = list.toArray(Step[]::new);
    return (in, event) -> {
      for (Step step : steps) {
        step.read(in, event);
      }
    };
  }

  /** Reads the same bytes once for each reader. */
  private static Step again(Step[] readers) {
    return (in, event) -> {
      int start = in.position();
      readers[0].read(in, event);
      for (int i = 1; i < readers.length; i++) {
        in.backTo(start);
        readers[i].read(in, event);
      }
    };
  }
}
