package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Panels;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** y = gamma·n + beta, what normalising layers do to normalised columns n; either may lack. */
final class GammaBeta {
  private final int width;
  private final Parameter gamma; // null for ones
  private final Parameter beta; // null for zeros
  private final float[] ones;
  private final float[] zeros;
  private final Kernels kernels;
  private final Workspace workspace;

  GammaBeta(int width, boolean scale, boolean center, Build build) {
    this.width = width;
    gamma = scale ? build.panels("gamma", 1, width, Initializer.ONES) : null;
    beta = center ? build.panels("beta", 1, width, Initializer.ZEROS) : null;
    ones = scale ? null : new float[width];
    zeros = center ? null : new float[width];
    if (!scale) {
      Arrays.fill(ones, 1f);
    }
    kernels = build.kernels();
    workspace = build.workspace();
  }

  List<Parameter> parameters() {
    return Stream.of(gamma, beta).filter(Objects::nonNull).toList();
  }

  /** y of one row, from the same index as n. */
  void forward(float[] parameters, float[] n, float[] y, int at) {
    float[] gammas = gamma == null ? ones : parameters;
    float[] betas = beta == null ? zeros : parameters;
    int gammaAt = gamma == null ? 0 : gamma.tensor().offset();
    int betaAt = beta == null ? 0 : beta.tensor().offset();
    for (int j = 0; j < width; j++) {
      y[at + j] = Math.fma(gammas[gammaAt + j], n[at + j], betas[betaAt + j]);
    }
  }

  /** dn = gamma·dy of one row, from the same index. */
  void backward(float[] parameters, float[] dy, float[] dn, int at) {
    float[] gammas = gamma == null ? ones : parameters;
    int gammaAt = gamma == null ? 0 : gamma.tensor().offset();
    for (int j = 0; j < width; j++) {
      dn[at + j] = gammas[gammaAt + j] * dy[at + j];
    }
  }

  /** Each gradient is a sum of rows terms, dy or dy·n. */
  double gradientBound(float[] dy, float[] n, int rows) {
    double bound = (double) rows * kernels.maxMagnitude(dy, 0, rows * width);
    return gamma == null
        ? bound
        : Math.max(bound, bound * kernels.maxMagnitude(n, 0, rows * width));
  }

  /** dgamma = Σ dy·n and dbeta = Σ dy over rows ascending, from 0. */
  void gradients(float[] dy, float[] n, int rows, GradientSink sink) {
    float[] g = workspace.bias;
    int padded = Panels.padded(width);
    if (gamma != null) {
      Arrays.fill(g, 0, padded, 0f);
      for (int row = 0; row < rows; row++) {
        int at = row * width;
        for (int j = 0; j < width; j++) {
          g[j] = Math.fma(dy[at + j], n[at + j], g[j]);
        }
      }
      sink.accept(gamma, gamma.tensor().offset(), g, 0, padded);
    }
    if (beta != null) {
      Arrays.fill(g, 0, padded, 0f);
      for (int row = 0; row < rows; row++) {
        int at = row * width;
        for (int j = 0; j < width; j++) {
          g[j] += dy[at + j];
        }
      }
      sink.accept(beta, beta.tensor().offset(), g, 0, padded);
    }
  }
}
