package dev.millrace.engine.params;

import dev.millrace.engine.params.Tensor.Form;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tensor lies where in a model's flat array of parameters; optimiser slots have the same
 * layout. The tensors follow one another, each filled up to a multiple of 16 floats, and nothing
 * else computes offsets:
 *
 * <pre>
 *   [12 unused]   dense_0/kernel [inputs][units]   dense_0/bias [units]   dense_1/kernel ...
 * </pre>
 *
 * <p>The unused floats and the 16 bytes of an array's header fill one cache line. Where an array
 * begins a line, as large ones do in G1's heap, no vector of a tensor then spans two lines, which
 * would cost as much as reading it twice.
 */
public final class ParameterLayout {
  private static final int LENGTH_MAX = Integer.MAX_VALUE - 64;
  private static final int FIRST = 12;

  private final Map<String, Tensor> byName = new LinkedHashMap<>();
  private int length = FIRST;

  /**
   * Places another tensor behind the others.
   *
   * @throws IllegalArgumentException if the parameters are more than one Java array holds, or the
   *     name is taken
   */
  public Tensor add(String name, int rows, int columns, Form form) {
    long end = length + Tensor.length(rows, columns, form);
    if (end > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "a model holds at most 2^31 - 77 parameters, tensor=" + name);
    }
    Tensor tensor = new Tensor(name, rows, columns, length, form);
    if (byName.putIfAbsent(name, tensor) != null) {
      throw new IllegalArgumentException("a tensor's name must be its own, name=" + name);
    }
    length = (int) end;
    return tensor;
  }

  /** All tensors in ascending order of offset. */
  public List<Tensor> tensors() {
    return new ArrayList<>(byName.values());
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
  public long size() {
    return byName.values().stream().mapToLong(Tensor::size).sum();
  }

  /** Floats of the flat array. */
  public int length() {
    return length;
  }

  /** A copy of a tensor, row-major. */
  public float[] copyOf(String name, float[] array) {
    Tensor tensor = tensor(name);
    float[] copy = new float[tensor.size()];
    tensor.get(array, 0, copy.length, FloatBuffer.wrap(copy));
    return copy;
  }

  /**
   * Replaces a tensor.
   *
   * @param values row-major, as many as the tensor has
   */
  public void set(String name, float[] values, float[] array) {
    Tensor tensor = tensor(name);
    if (values.length != tensor.size()) {
      throw new IllegalArgumentException(
          name + " has " + tensor.size() + " weights, weights=" + values.length);
    }
    tensor.put(FloatBuffer.wrap(values), 0, values.length, array);
  }
}
