package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import java.util.Arrays;
import java.util.List;

/**
 * n = (x - mean) / sqrt(variance + epsilon) with the running moments of each column, which are
 * constants to the gradient; y = gamma·n + beta. After a step the moments take in its rows.
 *
 * <p>The new moments are those of a mixture, the old ones weighing momentum and the batch's 1 -
 * momentum. So a batch of one row, whose own variance is 0, teaches the variance by its distance
 * from the mean: the exponentially weighted moments of Finch, "Incremental calculation of weighted
 * mean and variance", 2009.
 */
final class BatchNormalization extends Layer {
  private final Signal x;
  private final int width;
  private final float epsilon;
  private final double rate; // 1 - momentum
  private final GammaBeta gammaBeta;
  private final Parameter mean;
  private final Parameter variance;
  private final float[] n; // [rows][width]
  private final float[] inverses; // [width]: 1 / sqrt(variance + epsilon)
  private final double[] batchMeans; // [width]
  private final double[] batchVariances; // [width]
  private final Workspace workspace;

  BatchNormalization(LayerSpec.BatchNormalization spec, Build build) {
    super(build.output(build.signal().width()));
    x = build.signal();
    width = x.width();
    epsilon = (float) spec.epsilon();
    rate = 1 - spec.momentum();
    gammaBeta = new GammaBeta(width, spec.scale(), spec.center(), build);
    mean = build.panels("moving_mean", 1, width, Initializer.ZEROS);
    variance = build.panels("moving_variance", 1, width, Initializer.ONES);
    n = new float[output().values().length];
    inverses = new float[width];
    batchMeans = new double[width];
    batchVariances = new double[width];
    workspace = build.workspace();
  }

  @Override
  public List<Parameter> parameters() {
    return gammaBeta.parameters();
  }

  @Override
  public List<Parameter> state() {
    return List.of(mean, variance);
  }

  // x, n, y [rows][width]; gamma, beta, mean, variance [width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    float[] values = x.values();
    int meanAt = mean.tensor().offset();
    int varianceAt = variance.tensor().offset();
    for (int j = 0; j < width; j++) {
      inverses[j] = 1f / (float) Math.sqrt(parameters[varianceAt + j] + epsilon);
    }
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      int from = x.offset() + at;
      for (int j = 0; j < width; j++) {
        n[at + j] = (values[from + j] - parameters[meanAt + j]) * inverses[j];
      }
      gammaBeta.forward(parameters, n, output().values(), at);
    }
  }

  // dx = gamma·dy / sqrt(variance + epsilon)
  @Override
  public void backward(float[] parameters, int rows) {
    if (!x.isWanted()) {
      return;
    }
    float[] dx = x.gradientPart(workspace.part);
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      gammaBeta.backward(parameters, output().gradient(), dx, at);
      for (int j = 0; j < width; j++) {
        dx[at + j] *= inverses[j];
      }
    }
    x.takeGradientPart(dx, rows);
  }

  @Override
  public double gradientBound(int rows) {
    return gammaBeta.gradientBound(output().gradient(), n, rows);
  }

  @Override
  public void parameterGradients(int rows, GradientSink sink) {
    gammaBeta.gradients(output().gradient(), n, rows, sink);
  }

  /** In double, where the square of a float is finite; what is not keeps the moments it had. */
  @Override
  public void stepMade(float[] parameters, int rows) {
    batchMoments(rows);
    int meanAt = mean.tensor().offset();
    int varianceAt = variance.tensor().offset();
    for (int j = 0; j < width; j++) {
      double distance = batchMeans[j] - parameters[meanAt + j];
      double spread = batchVariances[j] + (1 - rate) * distance * distance;
      if (spread < Double.POSITIVE_INFINITY) {
        double before = parameters[varianceAt + j];
        double after = before + rate * (spread - before);
        parameters[meanAt + j] = (float) (parameters[meanAt + j] + rate * distance);
        parameters[varianceAt + j] = (float) Math.min(after, Float.MAX_VALUE);
      }
    }
  }

  /** Means, then mean squares of the distances from them, over rows ascending. */
  private void batchMoments(int rows) {
    float[] values = x.values();
    Arrays.fill(batchMeans, 0);
    Arrays.fill(batchVariances, 0);
    for (int row = 0; row < rows; row++) {
      int from = x.offset() + row * width;
      for (int j = 0; j < width; j++) {
        batchMeans[j] += values[from + j];
      }
    }
    for (int j = 0; j < width; j++) {
      batchMeans[j] /= rows;
    }
    for (int row = 0; row < rows; row++) {
      int from = x.offset() + row * width;
      for (int j = 0; j < width; j++) {
        double distance = values[from + j] - batchMeans[j];
        batchVariances[j] += distance * distance;
      }
    }
    for (int j = 0; j < width; j++) {
      batchVariances[j] /= rows;
    }
  }
}
