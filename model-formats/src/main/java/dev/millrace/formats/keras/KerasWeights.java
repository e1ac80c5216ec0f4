package dev.millrace.formats.keras;

import dev.millrace.formats.FormatException;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a {@code .keras} file: {@code layers/<group>/vars/<number>}, where the group of a
 * layer is its class in small letters and, from the second on, a number.
 */
final class KerasWeights {
  private KerasWeights() {}

  /** An array of a layer. */
  record Array(List<Integer> shape, float[] values) {}

  /** The names of the groups of layers, by their classes. */
  static List<String> groups(List<String> classes) {
    Map<String, Integer> counts = new HashMap<>();
    List<String> groups = new ArrayList<>();
    for (String of : classes) {
      String name = KerasLayers.snake(of);
      int number = counts.merge(name, 1, Integer::sum) - 1;
      groups.add(number == 0 ? name : name + "_" + number);
    }
    return groups;
  }

  /** A file that is being read. Nothing is followed that leads out of it. */
  static final class Reader implements AutoCloseable {
    private final HdfFile file;

    Reader(byte[] bytes) {
      try {
        file = HdfFile.fromBytes(bytes);
      } catch (RuntimeException e) {
        throw broken(e);
      }
    }

    /**
     * The arrays of a group's layer.
     *
     * @param shapes that they must have
     */
    List<float[]> read(String group, List<List<Integer>> shapes) {
      try {
        List<float[]> arrays = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
          arrays.add(read(group, i, shapes.get(i)));
        }
        return arrays;
      } catch (FormatException e) {
        throw e;
      } catch (RuntimeException e) { // of whatever kind the library meets in foreign bytes
        throw broken(e);
      }
    }

    private float[] read(String group, int number, List<Integer> shape) {
      String path = "layers/%s/vars/%d".formatted(group, number);
      Node node = file;
      for (String name : path.split("/")) {
        node = node instanceof Group parent ? parent.getChild(name) : null;
        if (node == null) {
          throw KerasArchive.refused("its weights have no array " + path);
        }
        if (node.isLink()) {
          throw KerasArchive.refused("in its weights %s is a link".formatted(name));
        }
      }
      if (!(node instanceof Dataset dataset)) {
        throw KerasArchive.refused("in its weights %s is no array".formatted(path));
      }
      List<Integer> found = Arrays.stream(dataset.getDimensions()).boxed().toList();
      boolean isPlain = dataset.getJavaType() == float.class;
      if (!found.equals(shape) || !isPlain) {
        throw KerasArchive.refused(
            "the array %s is of %s %s; expected float32 %s"
                .formatted(path, dataset.getJavaType(), found, shape));
      }
      return (float[]) dataset.getDataFlat();
    }

    private static FormatException broken(RuntimeException e) {
      return new FormatException(
          "the weights of the .keras file cannot be read: " + e.getMessage(), e);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** A file with the arrays of each group. */
  static byte[] write(Map<String, List<Array>> groups) throws IOException {
    Path part = Files.createTempFile("millrace", ".h5"); // the library writes to files alone
    try {
      try (WritableHdfFile file = HdfFile.write(part)) {
        WritableGroup layers = file.putGroup("layers");
        for (Map.Entry<String, List<Array>> group : new LinkedHashMap<>(groups).entrySet()) {
          WritableGroup vars = layers.putGroup(group.getKey()).putGroup("vars");
          for (int i = 0; i < group.getValue().size(); i++) {
            vars.putDataset(Integer.toString(i), rows(group.getValue().get(i)));
          }
        }
      }
      return Files.readAllBytes(part);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static Object rows(Array array) {
    if (array.shape().size() == 1) {
      return array.values();
    }
    int columns = array.shape().get(1);
    float[][] rows = new float[array.shape().get(0)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(array.values(), i * columns, (i + 1) * columns);
    }
    return rows;
  }
}
