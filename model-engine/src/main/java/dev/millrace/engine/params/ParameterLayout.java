package dev.millrace.engine.params;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tensor lies where in a model's flat array of parameters; optimiser slots have the same
 * layout. The tensors follow one another without gaps, and nothing else computes offsets:
 *
 * <pre>
 *   dense_0/kernel [inputs][units]   dense_0/bias [units]   dense_1/kernel [units][units'] ...
 * </pre>
 */
public final class ParameterLayout {
  private final List<Tensor> tensors;
  private final Map<String, Tensor> byName = new LinkedHashMap<>();
  private final int size;

  private ParameterLayout(List<Tensor> tensors, int size) {
    this.tensors = List.copyOf(tensors);
    this.size = size;
    for (Tensor tensor : tensors) {
      byName.put(tensor.name(), tensor);
    }
  }

  /**
   * The layout of a chain of dense layers.
   *
   * @param inputs the width of a row, at least 1
   * @param units the units of each layer, each at least 1
   * @throws IllegalArgumentException if the parameters are more than one Java array holds
   */
  public static ParameterLayout ofDense(int inputs, List<Integer> units) {
    List<Tensor> tensors = new ArrayList<>();
    long end = 0;
    int rows = inputs;
    for (int layer = 0; layer < units.size(); layer++) {
      int columns = units.get(layer);
      long biasStart = end + (long) rows * columns;
      if (biasStart + columns > Integer.MAX_VALUE - 64) {
        throw new IllegalArgumentException(
            "a model holds at most 2^31 - 65 parameters, layer=dense_" + layer);
      }
      tensors.add(new Tensor(kernelName(layer), rows, columns, (int) end));
      tensors.add(new Tensor(biasName(layer), 1, columns, (int) biasStart));
      end = biasStart + columns;
      rows = columns;
    }
    return new ParameterLayout(tensors, (int) end);
  }

  /** The name of a layer's weights, [inputs][units]; layers count from 0. */
  public static String kernelName(int layer) {
    return "dense_" + layer + "/kernel";
  }

  /** The name of a layer's biases, [units]. */
  public static String biasName(int layer) {
    return "dense_" + layer + "/bias";
  }

  /** All tensors in ascending order of offset. */
  public List<Tensor> tensors() {
    return tensors;
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor tensor(String name) {
    Tensor tensor = byName.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "tensor must be one of " + byName.keySet() + ", name=" + name);
    }
    return tensor;
  }

  /** The number of parameters. */
  public int size() {
    return size;
  }
}
