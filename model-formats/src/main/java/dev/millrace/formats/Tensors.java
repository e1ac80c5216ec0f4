package dev.millrace.formats;

import dev.millrace.engine.Learner;
import dev.millrace.engine.state.StateArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arrays of a model under the names that files give them: {@code dense_0/kernel}, {@code
 * dense_0/kernel.m} for a slot of its optimiser, {@code feat/mean} for a statistic of the features.
 */
public final class Tensors {
  private static final Set<String> VECTORS =
      Set.of("bias", "gamma", "beta", "moving_mean", "moving_variance");
  private static final String TOUCHED = ".touched";

  private final Map<String, StateArray> byName = new LinkedHashMap<>();

  private Tensors(Learner learner) {
    for (StateArray array : learner.modelState()) {
      if (!array.name().endsWith(TOUCHED)) { // which blocks are stored, and no part of a model
        byName.put(name(array), array);
      }
    }
  }

  /** All that predictions of the model depend on. */
  public static Tensors of(Learner learner) {
    return new Tensors(learner);
  }

  private static String name(StateArray array) {
    String name = array.name();
    return name.startsWith(Learner.WEIGHTS) ? name.substring(Learner.WEIGHTS.length()) : name;
  }

  /** The arrays by their names, in their order. */
  public Map<String, StateArray> all() {
    return byName;
  }

  public boolean has(String name) {
    return byName.containsKey(name);
  }

  /** A copy of an array of floats, row-major. */
  public float[] floats(String name) {
    StateArray array = array(name, StateArray.Type.FLOAT32);
    float[] values = new float[array.length()];
    bytes(array).asFloatBuffer().get(values);
    return values;
  }

  /** A copy of an array of doubles. */
  public double[] doubles(String name) {
    StateArray array = array(name, StateArray.Type.FLOAT64);
    double[] values = new double[array.length()];
    bytes(array).asDoubleBuffer().get(values);
    return values;
  }

  /** A copy of an array of whole numbers. */
  public long[] longs(String name) {
    StateArray array = array(name, StateArray.Type.INT64);
    long[] values = new long[array.length()];
    bytes(array).asLongBuffer().get(values);
    return values;
  }

  /** The shape of an array as other programs have it: of a bias one number. */
  public List<Integer> shape(String name) {
    StateArray array = byName.get(name);
    String leaf = name.substring(name.lastIndexOf('/') + 1);
    int slot = leaf.indexOf('.');
    List<Integer> shape = new ArrayList<>(array.shape());
    if (VECTORS.contains(slot < 0 ? leaf : leaf.substring(0, slot))) {
      shape.removeFirst();
    }
    return shape;
  }

  private StateArray array(String name, StateArray.Type type) {
    StateArray array = byName.get(name);
    if (array == null || array.type() != type) {
      throw new IllegalArgumentException("there is no array of " + type + ", name=" + name);
    }
    return array;
  }

  private static ByteBuffer bytes(StateArray array) {
    return ByteBuffer.wrap(array.toBytes(0, array.length())).order(ByteOrder.LITTLE_ENDIAN);
  }
}
