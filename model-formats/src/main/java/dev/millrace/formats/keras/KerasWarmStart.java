package dev.millrace.formats.keras;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.state.StateArray;
import dev.millrace.formats.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A pipeline's model that begins with the weights of a Keras network. */
final class KerasWarmStart {
  private final KerasModel keras;

  KerasWarmStart(KerasModel keras) {
    this.keras = keras;
  }

  Learner learner(ModelSpec spec, Kernels kernels) {
    requireSame(spec);
    Learner learner = new Learner(spec, kernels);
    Map<String, StateArray> arrays = new HashMap<>();
    learner.modelState().forEach(array -> arrays.put(array.name(), array));
    for (int i = 0; i < keras.layers().size(); i++) {
      String from = keras.layers().get(i).name() + "/";
      String to = Learner.WEIGHTS + spec.layers().get(i).name() + "/";
      keras
          .weights()
          .forEach(
              (name, values) -> {
                if (name.startsWith(from)) {
                  set(arrays.get(to + name.substring(from.length())), values);
                }
              });
    }
    return learner;
  }

  private static void set(StateArray array, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    array.fromBytes(bytes.array(), 0, values.length);
  }

  private void requireSame(ModelSpec spec) {
    List<String> problems = new ArrayList<>();
    if (spec.panel() != null) {
      problems.add("the pipeline states model: auto; expected layers");
    }
    if (!spec.space().categories().isEmpty()) {
      problems.add(
          "the pipeline reads categories, %s; expected numbers and vectors"
              .formatted(spec.space().categories().keySet()));
    }
    if (spec.space().width() != keras.inputs()) {
      problems.add(
          "the file's network reads %d numbers, the pipeline's %d"
              .formatted(keras.inputs(), spec.space().width()));
    }
    if (spec.loss().kind() == LossSpec.Kind.VALUE || spec.loss().kind() == LossSpec.Kind.COUNT) {
      problems.add("a pipeline scales the numbers it learns to predict, and Keras does not");
    }
    if (problems.isEmpty()) {
      compareLayers(spec.layers(), problems);
    }
    if (!problems.isEmpty()) {
      throw new FormatException(
          "the Keras network '%s' is not the one that the pipeline states: %s"
              .formatted(keras.name(), String.join("; ", problems)));
    }
  }

  private void compareLayers(List<LayerSpec> stated, List<String> problems) {
    List<LayerSpec> ours = plain(stated);
    List<LayerSpec> theirs = plain(keras.layers());
    if (ours.size() != theirs.size()) {
      problems.add(
          "the file has %d layers, the pipeline %d with its output layer"
              .formatted(theirs.size(), ours.size()));
      return;
    }
    for (int i = 0; i < ours.size(); i++) {
      if (!ours.get(i).equals(theirs.get(i))) {
        problems.add("the file has %s, the pipeline %s".formatted(theirs.get(i), ours.get(i)));
      }
    }
  }

  /** The layers by their places in place of names, and without what weights begin as. */
  private static List<LayerSpec> plain(List<LayerSpec> layers) {
    Map<String, String> places = new HashMap<>();
    places.put(Inputs.FEATURES, Inputs.FEATURES);
    places.put(Inputs.NUMBERS, Inputs.FEATURES);
    List<LayerSpec> plain = new ArrayList<>();
    for (LayerSpec layer : layers) {
      String place = "layer " + (plain.size() + 1);
      List<String> reads =
          layer.inputs().stream().map(name -> places.getOrDefault(name, name)).toList();
      places.put(layer.name(), place);
      plain.add(withoutInitializer(layer).at(place, reads));
    }
    return plain;
  }

  private static LayerSpec withoutInitializer(LayerSpec layer) {
    return layer instanceof LayerSpec.Dense d
        ? new LayerSpec.Dense(
            d.name(),
            d.inputs(),
            d.units(),
            d.activation(),
            d.useBias(),
            Initializer.GLOROT_UNIFORM,
            0,
            0)
        : layer;
  }
}
