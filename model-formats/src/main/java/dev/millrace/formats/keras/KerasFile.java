package dev.millrace.formats.keras;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.engine.Learner;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.formats.FormatException;
import dev.millrace.formats.Origin;
import dev.millrace.formats.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and writes {@code .keras} files. */
public final class KerasFile {
  private KerasFile() {}

  /**
   * Reads a network.
   *
   * @throws FormatException if it is no such file, or has what cannot be read; all of that is named
   */
  public static KerasModel read(InputStream in) throws IOException {
    KerasArchive archive = KerasArchive.read(in);
    KerasDescription model = new KerasDescription(archive.config());
    Map<String, float[]> weights = new LinkedHashMap<>();
    List<String> groups = KerasWeights.groups(model.classes);
    Map<String, Integer> widths = new HashMap<>(Map.of(Inputs.FEATURES, model.inputs));
    try (KerasWeights.Reader reader = new KerasWeights.Reader(archive.weights())) {
      for (int i = 0; i < groups.size(); i++) {
        LayerSpec layer = model.layers.get(i);
        List<Integer> read =
            layer.inputs().stream().map(name -> width(widths, layer, name)).toList();
        Map<String, List<Integer>> arrays = KerasLayers.arrays(layer, read.getFirst());
        List<float[]> values = reader.read(groups.get(i), List.copyOf(arrays.values()));
        List<String> names = List.copyOf(arrays.keySet());
        for (int a = 0; a < names.size(); a++) {
          weights.put(layer.name() + "/" + names.get(a), values.get(a));
        }
        widths.put(layer.name(), KerasLayers.width(layer, read));
      }
    }
    return new KerasModel(
        model.name, model.inputs, model.layers, weights, model.optimizer, model.loss);
  }

  private static int width(Map<String, Integer> widths, LayerSpec layer, String read) {
    Integer width = widths.get(read);
    if (width == null) {
      throw KerasArchive.refused(
          "layer '%s' reads '%s', which no layer before it is".formatted(layer.name(), read));
    }
    return width;
  }

  /**
   * Writes the network of a model. Its input is the row that the network reads: numbers as they are
   * scaled, then the categories as one-hot columns.
   *
   * @throws FormatException if it has what is not written; all of that is named
   */
  public static void write(Learner learner, Origin origin, OutputStream out) throws IOException {
    KerasOutput model = new KerasOutput(learner.spec(), Tensors.of(learner));
    List<String> groups = KerasWeights.groups(model.classes());
    Map<String, List<KerasWeights.Array>> arrays = new LinkedHashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      if (!model.arrays().get(i).isEmpty()) {
        arrays.put(groups.get(i), model.arrays().get(i));
      }
    }
    ObjectNode metadata = JsonMapper.builder().build().createObjectNode();
    metadata.put("keras_version", "3.0.0");
    ObjectNode millrace = metadata.putObject("millrace");
    origin.texts().forEach(millrace::put);
    KerasArchive.write(bytes(metadata), bytes(model.config()), KerasWeights.write(arrays), out);
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
