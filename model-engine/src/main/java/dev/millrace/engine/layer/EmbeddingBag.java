package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import java.util.Arrays;
import java.util.List;

/**
 * y = Σ w·table[index] over the active entries of all fields, over Σ w or sqrt(Σ w²) as the
 * combiner says. A bag without entries, or whose divisor is 0, is 0.
 */
final class EmbeddingBag extends Layer {
  private final Table table;
  private final Combiner combiner;
  private final int width;
  private final float[] factors; // [rows]: 1 over the divisor
  private final Kernels kernels;

  EmbeddingBag(LayerSpec.EmbeddingBag spec, Build build) {
    super(build.output(spec.outputDim()));
    Categories categories = build.categories();
    combiner = spec.combiner();
    width = spec.outputDim();
    factors = new float[build.maxRows()];
    kernels = build.kernels();
    table =
        new Table(
            build.table(
                "embeddings", categories, width, spec.embeddingsInitializer(), 0, spec.l2()),
            categories,
            width,
            0,
            kernels);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(table.parameter());
  }

  // table [categories][width]; y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    Arrays.fill(output().values(), 0, rows * width, 0f);
    table.addTo(output().values(), rows, parameters);
    if (combiner != Combiner.SUM) {
      for (int row = 0; row < rows; row++) {
        factors[row] = factor(row);
      }
      scale(output().values(), rows);
    }
  }

  private float factor(int row) {
    float sum = 0f;
    for (int i = table.start(row); i < table.start(row + 1); i++) {
      float weight = table.weight(i);
      sum = Math.fma(weight, combiner == Combiner.SQRTN ? weight : 1f, sum);
    }
    float divisor = combiner == Combiner.SQRTN ? (float) Math.sqrt(sum) : sum;
    return Math.abs(divisor) < Float.MIN_NORMAL ? 0f : 1f / divisor;
  }

  private void scale(float[] values, int rows) {
    for (int row = 0; row < rows; row++) {
      for (int i = row * width; i < (row + 1) * width; i++) {
        values[i] *= factors[row];
      }
    }
  }

  // dy becomes the gradient by the sum
  @Override
  public void backward(float[] parameters, int rows) {
    if (combiner != Combiner.SUM) {
      scale(output().gradient(), rows);
    }
  }

  /** With a divisor d(w), d y / d w_e = table[e]/d - y·(d d / d w_e)/d. */
  @Override
  public void addEntryGradients(float[] parameters, int rows, float[] gradient) {
    float[] ofSum = output().gradient();
    table.addEntryGradients(ofSum, parameters, gradient);
    if (combiner == Combiner.SUM) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      float together = 0f;
      for (int i = row * width; i < (row + 1) * width; i++) {
        together = Math.fma(ofSum[i], output().values()[i], together);
      }
      for (int i = table.start(row); i < table.start(row + 1); i++) {
        float slope = combiner == Combiner.SQRTN ? table.weight(i) * factors[row] : 1f;
        int number = table.number(i);
        gradient[number] = Math.fma(-together, slope, gradient[number]);
      }
    }
  }

  @Override
  public void visitCategory(int index, TableRow to) {
    table.visitCategory(index, to);
  }

  @Override
  public void visitTableRows(int rows, Range range) {
    table.visitRows(range);
  }

  @Override
  public double gradientBound(int rows) {
    return table.gradientBound(kernels.maxMagnitude(output().gradient(), 0, rows * width));
  }

  @Override
  public void parameterGradients(int rows, GradientSink sink) {
    table.gradients(output().gradient(), sink);
  }
}
