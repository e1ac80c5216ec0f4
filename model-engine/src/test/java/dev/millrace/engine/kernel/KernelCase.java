package dev.millrace.engine.kernel;

import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs every kernel on one shape and gives all that it wrote, as bits with one NaN. */
final class KernelCase {
  static final float[] EDGES = {
    0f,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    1e-39f,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1e-30f,
    -1.0000001e-30f,
    88.72283f,
    88.72284f,
    -87.33654f,
    -87.33655f,
    -103.9f,
    0.625f,
    1f
  };

  private final int inputs;
  private final int outputs;
  private final int rows;
  private final long seed;
  private final boolean edges;
  private final List<int[]> written = new ArrayList<>();

  KernelCase(int inputs, int outputs, int rows, long seed, boolean edges) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.rows = rows;
    this.seed = seed;
    this.edges = edges;
  }

  /** About one number in eight is an edge, if asked for. */
  float[] numbers(int stream, int size, double scale) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) ((2 * CounterRandom.uniform(seed, stream, i) - 1) * scale);
      long bits = CounterRandom.bits(seed, stream + 100, i);
      if (edges && (bits & 7) == 0) {
        numbers[i] = EDGES[(int) Long.remainderUnsigned(bits >>> 3, EDGES.length)];
      }
    }
    return numbers;
  }

  /** What the kernels wrote, one array a call. */
  List<int[]> run(Kernels kernels) {
    written.clear();
    Workspace workspace = new Workspace(rows, Math.max(inputs, outputs));
    products(kernels, workspace);
    activations(kernels, workspace);
    checks(kernels);
    return written;
  }

  private void products(Kernels kernels, Workspace workspace) {
    // Something before and behind each tensor, to see that no kernel writes there.
    DenseShape shape = new DenseShape(inputs, outputs, 3, 3 + inputs * outputs + 2);
    int size = shape.biasOffset() + outputs + 5;
    float[] x = numbers(1, rows * inputs + 7, 1);
    float[] parameters = numbers(2, size, 1);
    float[] dy = numbers(3, rows * outputs, 1);
    float[] y = numbers(4, rows * outputs + 3, 1);
    kernels.forward(shape, x, 5, parameters, y, rows, workspace);
    keep(y);
    float[] gradient = numbers(5, size, 1);
    kernels.weightGradient(shape, x, 5, dy, gradient, rows, workspace);
    kernels.biasGradient(shape, dy, gradient, rows);
    keep(gradient);
    float[] dx = numbers(6, rows * inputs + 3, 1);
    kernels.inputGradient(shape, dy, parameters, dx, rows, workspace);
    keep(dx);
  }

  private void activations(Kernels kernels, Workspace workspace) {
    int length = rows * outputs;
    float[] z = numbers(7, length + 2, 100);
    float[] dy = numbers(8, length + 2, 1);
    float[] y = numbers(9, length + 2, 1);
    float[] dz = numbers(10, length + 2, 1);
    kernels.relu(z, y, length);
    keep(y);
    kernels.reluGradient(y, dy, dz, length);
    keep(dz);
    kernels.sigmoid(z, y, length);
    keep(y);
    kernels.sigmoidGradient(y, dy, dz, length);
    keep(dz);
    kernels.tanh(z, y, length);
    keep(y);
    kernels.tanhGradient(y, dy, dz, length);
    keep(dz);
    kernels.softmax(z, y, rows, outputs, workspace);
    keep(y);
    kernels.softmaxGradient(y, dy, dz, rows, outputs, workspace);
    keep(dz);
    kernels.tanhGradient(y, dy, dy, length);
    keep(dy);
  }

  private void checks(Kernels kernels) {
    int size = inputs * outputs;
    float[] g = numbers(12, size, 1);
    int within = 0;
    for (int length = 0; length <= Math.min(size, 40); length++) {
      within = 3 * within + (kernels.allWithin(g, length, 0.9f) ? 1 : 0);
      within = 3 * within + (kernels.allFinite(g, length) ? 1 : 0);
    }
    written.add(new int[] {within});
  }

  private void keep(float[]... arrays) {
    for (float[] array : arrays) {
      int[] bits = new int[array.length];
      for (int i = 0; i < array.length; i++) {
        bits[i] = Float.floatToIntBits(array[i]);
      }
      written.add(bits);
    }
  }

  /** A number that two runs share only if they wrote the same, in all likelihood. */
  long digest(Kernels kernels) {
    long digest = 0;
    for (int[] bits : run(kernels)) {
      digest = CounterRandom.splitmix64(digest + Arrays.hashCode(bits));
    }
    return digest;
  }

  @Override
  public String toString() {
    return inputs + "x" + outputs + ", rows=" + rows + ", seed=" + seed + ", edges=" + edges;
  }
}
