package dev.millrace.engine.kernel;

import java.util.Arrays;

/** {@link ActivationKernels} as simple loops: what they say is the definition of correct. */
final class PlainActivations implements ActivationKernels {
  @Override
  public void relu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.max(z[i], 0f);
    }
  }

  @Override
  public void reluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = y[i] > 0 ? dy[i] : 0f;
    }
  }

  @Override
  public void leakyRelu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = z[i] > 0 ? z[i] : NEGATIVE_SLOPE * z[i];
    }
  }

  @Override
  public void leakyReluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = y[i] > 0 ? dy[i] : NEGATIVE_SLOPE * dy[i];
    }
  }

  @Override
  public void relu6(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.min(Math.max(z[i], 0f), 6f);
    }
  }

  @Override
  public void relu6Gradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = y[i] > 0 && y[i] < 6 ? dy[i] : 0f;
    }
  }

  @Override
  public void elu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = z[i] > 0 ? z[i] : Elementary.expm1(z[i]);
    }
  }

  @Override
  public void eluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + 1f);
    }
  }

  @Override
  public void selu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = z[i] > 0 ? SELU_SCALE * z[i] : SELU_ALPHA * Elementary.expm1(z[i]);
    }
  }

  @Override
  public void seluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * (y[i] > 0 ? SELU_SCALE : y[i] + SELU_ALPHA);
    }
  }

  @Override
  public void gelu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = z[i] * Elementary.normalCdf(z[i]);
    }
  }

  @Override
  public void geluGradient(
      float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace) {
    for (int i = from; i < to; i++) {
      float bell = Elementary.bell(z[i]);
      float cdf = Elementary.normalCdf(z[i], bell);
      dz[i] = dy[i] * Math.fma(z[i], bell * Elementary.INVERSE_SQRT_TWO_PI, cdf);
    }
  }

  @Override
  public void silu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = z[i] * Elementary.sigmoid(z[i]);
    }
  }

  @Override
  public void siluGradient(float[] z, float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      float s = Math.abs(z[i]) < 1e-30f ? 0.5f : y[i] / z[i];
      dz[i] = dy[i] * Math.fma(y[i], 1f - s, s);
    }
  }

  @Override
  public void softplus(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Elementary.softplus(z[i]);
    }
  }

  @Override
  public void softplusGradient(
      float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * Elementary.sigmoid(z[i]);
    }
  }

  @Override
  public void softsign(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = z[i] / (1f + Math.abs(z[i]));
    }
  }

  @Override
  public void softsignGradient(float[] z, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      float r = 1f / (1f + Math.abs(z[i]));
      dz[i] = dy[i] * r * r;
    }
  }

  @Override
  public void sigmoid(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Elementary.sigmoid(z[i]);
    }
  }

  @Override
  public void sigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * (y[i] * (1f - y[i]));
    }
  }

  @Override
  public void hardSigmoid(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.min(Math.max(Math.fma(z[i], HARD_SLOPE, 0.5f), 0f), 1f);
    }
  }

  @Override
  public void hardSigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = y[i] > 0 && y[i] < 1 ? dy[i] * HARD_SLOPE : 0f;
    }
  }

  @Override
  public void tanh(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Elementary.tanh(z[i]);
    }
  }

  @Override
  public void tanhGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * Math.fma(-y[i], y[i], 1f);
    }
  }

  @Override
  public void mish(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      float e = Elementary.exp(Math.min(z[i], Elementary.MISH_MAX));
      float n = e * (e + 2f);
      y[i] = z[i] * (n / (n + 2f));
    }
  }

  @Override
  public void mishGradient(
      float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace) {
    for (int i = from; i < to; i++) {
      float e = Elementary.exp(Math.min(z[i], Elementary.MISH_MAX));
      float n = e * (e + 2f);
      float r = 1f / (n + 2f);
      dz[i] = dy[i] * Math.fma(z[i], 4f * e * (1f + e) * r * r, n * r);
    }
  }

  @Override
  public void exponential(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Elementary.exp(z[i]);
    }
  }

  @Override
  public void exponentialGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * y[i];
    }
  }

  @Override
  public void softmax(float[] z, float[] y, int rows, int columns, Workspace workspace) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int j = start; j < start + columns; j++) {
        max = Math.max(max, z[j]);
      }
      float[] lanes = workspace.lanes;
      Arrays.fill(lanes, 0f);
      for (int j = 0; j < columns; j++) {
        y[start + j] = Elementary.exp(z[start + j] - max);
        lanes[j % Lanes.WIDTH] += y[start + j];
      }
      float sum = Lanes.fold(lanes);
      for (int j = start; j < start + columns; j++) {
        y[j] /= sum;
      }
    }
  }

  @Override
  public void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, Workspace workspace) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      float[] lanes = workspace.lanes;
      Arrays.fill(lanes, 0f);
      for (int j = 0; j < columns; j++) {
        lanes[j % Lanes.WIDTH] += dy[start + j] * y[start + j];
      }
      float sum = Lanes.fold(lanes);
      for (int j = start; j < start + columns; j++) {
        dz[j] = y[j] * (dy[j] - sum);
      }
    }
  }
}
