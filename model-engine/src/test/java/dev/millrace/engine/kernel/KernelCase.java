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
    1f,
    3f,
    -3f,
    6f,
    12.9f,
    -12.900001f,
    20f,
    -32.000004f
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
    Workspace workspace = new Workspace(Workers.ONE);
    workspace.reserve(rows, Math.max(inputs, outputs));
    products(kernels, workspace);
    activations(kernels.activations(), 100, workspace);
    activations(kernels.activations(), 5, workspace);
    sums(kernels, workspace);
    checks(kernels);
    return written;
  }

  private void products(Kernels kernels, Workspace workspace) {
    Products products = kernels.products();
    // Something before and behind each tensor, to see that no kernel writes there.
    int bias = 16 + (int) Panels.length(inputs, outputs);
    DenseShape shape = new DenseShape(inputs, outputs, 16, bias);
    float[] x = numbers(1, rows * inputs + 7, 1);
    float[] parameters = numbers(2, bias + Panels.padded(outputs), 1);
    float[] dy = numbers(3, rows * outputs, 1);
    for (DenseShape one : List.of(shape, new DenseShape(inputs, outputs, 16, DenseShape.NO_BIAS))) {
      float[] y = numbers(4, rows * outputs + 3, 1);
      products.packRows(x, 5, rows, inputs, workspace);
      products.forward(one, x, 5, parameters, y, rows, 0, one.panels(), workspace);
      keep(y);
    }
    products.packColumns(x, 5, rows, inputs, workspace);
    workspace.packPanels(dy, rows, outputs);
    float[] gradient = numbers(5, (int) Panels.length(inputs, outputs) + 3, 1);
    weightGradient(products, shape, gradient, workspace);
    keep(gradient);
    float[] db = numbers(15, Panels.padded(outputs) + 3, 1);
    products.biasGradient(shape, rows, db, workspace);
    keep(db);
    float[] dx = numbers(6, rows * inputs + 3, 1);
    int half = inputs / 16 * 8;
    products.prepareInputGradient(shape, dy, rows, workspace);
    products.inputGradient(shape, dy, parameters, dx, rows, half, inputs - half, workspace);
    products.inputGradient(shape, dy, parameters, dx, rows, 0, half, workspace);
    keep(dx);
  }

  /** All blocks, in slabs and groups of panels of changing sizes. */
  private void weightGradient(
      Products products, DenseShape shape, float[] gradient, Workspace workspace) {
    float[] g = workspace.slab(0);
    int panels = 0;
    for (int panel = 0; panel < shape.panels(); panel += panels) {
      panels = Math.min(1 + panel % Products.PANELS_MAX, shape.panels() - panel);
      for (int k = 0; k < inputs; k += Products.SLAB) {
        int count = Math.min(Products.SLAB, inputs - k);
        products.weightGradient(rows, panel, panels, k, count, g, workspace);
        for (int p = 0; p < panels; p++) {
          System.arraycopy(
              g,
              p * Products.SLAB_LENGTH,
              gradient,
              shape.at(panel + p, k) - shape.kernelOffset(),
              count * Panels.WIDTH);
        }
      }
    }
  }

  private void activations(ActivationKernels kernels, double scale, Workspace workspace) {
    int length = rows * outputs;
    float[] z = numbers(7, length + 2, scale);
    float[] dy = numbers(8, length + 2, 1);
    float[] y = numbers(9, length + 2, 1);
    float[] dz = numbers(10, length + 2, 1);
    int from = Math.min(length, 3); // what lies before and behind the range stays
    kernels.relu(z, y, from, length);
    keep(y);
    kernels.reluGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.leakyRelu(z, y, from, length);
    keep(y);
    kernels.leakyReluGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.relu6(z, y, from, length);
    keep(y);
    kernels.relu6Gradient(y, dy, dz, from, length);
    keep(dz);
    kernels.elu(z, y, from, length);
    keep(y);
    kernels.eluGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.selu(z, y, from, length);
    keep(y);
    kernels.seluGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.gelu(z, y, from, length);
    keep(y);
    kernels.geluGradient(z, dy, dz, from, length, workspace);
    keep(dz);
    kernels.silu(z, y, from, length);
    keep(y);
    kernels.siluGradient(z, y, dy, dz, from, length);
    keep(dz);
    kernels.softplus(z, y, from, length);
    keep(y);
    kernels.softplusGradient(z, dy, dz, from, length, workspace);
    keep(dz);
    kernels.softsign(z, y, from, length);
    keep(y);
    kernels.softsignGradient(z, dy, dz, from, length);
    keep(dz);
    kernels.sigmoid(z, y, from, length);
    keep(y);
    kernels.sigmoidGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.hardSigmoid(z, y, from, length);
    keep(y);
    kernels.hardSigmoidGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.tanh(z, y, from, length);
    keep(y);
    kernels.tanhGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.mish(z, y, from, length);
    keep(y);
    kernels.mishGradient(z, dy, dz, from, length, workspace);
    keep(dz);
    kernels.exponential(z, y, from, length);
    keep(y);
    kernels.exponentialGradient(y, dy, dz, from, length);
    keep(dz);
    kernels.softmax(z, y, rows, outputs, workspace);
    keep(y);
    kernels.softmaxGradient(y, dy, dz, rows, outputs, workspace);
    keep(dz);
    kernels.geluGradient(z, dy, dy, 0, length, workspace);
    keep(dy);
    kernels.tanhGradient(y, dy, dy, 0, length);
    keep(dy);
    kernels.softmaxGradient(y, dy, dy, rows, outputs, workspace);
    keep(dy);
  }

  private void sums(Kernels kernels, Workspace workspace) {
    float[] a = numbers(16, inputs + 5, 1);
    float[] b = numbers(17, inputs + 9, 1);
    for (int length = 0; length <= inputs; length++) {
      float sum = kernels.sum(a, 5, length, workspace);
      float product = kernels.dot(a, 5, b, 9, length, workspace);
      keep(new float[] {sum, product, kernels.dot(a, 2, a, 2, length, workspace)});
    }
  }

  private void checks(Kernels kernels) {
    int size = inputs * outputs;
    float[] g = numbers(12, size, 1);
    float[] w = numbers(11, size, 1);
    kernels.axpy(0.7f, g, 0, w, 0, size);
    keep(w);
    keep(new float[] {kernels.maxMagnitude(g, 0, size), kernels.maxMagnitude(w, 0, 0)});
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
