package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import java.util.Arrays;
import java.util.List;

/** y = the rows of a table for the active categories, field beside field. */
final class Embedding extends Layer {
  private final Table table;
  private final int width;
  private final Kernels kernels;

  Embedding(LayerSpec.Embedding spec, Build build) {
    super(build.output(spec.outputDim() * build.categories().fields().size()));
    Categories categories = build.categories();
    width = output().width();
    kernels = build.kernels();
    table =
        new Table(
            build.table(
                "embeddings",
                categories,
                spec.outputDim(),
                spec.embeddingsInitializer(),
                0,
                spec.l2()),
            categories,
            width,
            spec.outputDim(),
            kernels);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(table.parameter());
  }

  // table [categories][dim]; y [rows][fields·dim]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    Arrays.fill(output().values(), 0, rows * width, 0f);
    table.addTo(output().values(), rows, parameters);
  }

  @Override
  public void backward(float[] parameters, int rows) {}

  @Override
  public void addEntryGradients(float[] parameters, int rows, float[] gradient) {
    table.addEntryGradients(output().gradient(), parameters, gradient);
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
