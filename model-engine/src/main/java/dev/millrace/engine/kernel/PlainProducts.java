package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.Panels.WIDTH;

/** The products as simple loops: what they say is the definition of correct. */
final class PlainProducts implements Products {
  @Override
  public void forward(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] parameters,
      float[] y,
      int rows,
      int panel,
      int panels,
      Workspace workspace) {
    int inputs = shape.inputs();
    int outputs = shape.outputs();
    int first = panel * WIDTH;
    int end = Math.min((panel + panels) * WIDTH, outputs);
    for (int row = 0; row < rows; row++) {
      for (int j = first; j < end; j++) {
        int w = shape.kernelOffset() + Panels.index(inputs, 0, j);
        float sum = shape.hasBias() ? parameters[shape.biasOffset() + j] : 0f;
        for (int k = 0; k < inputs; k++) {
          sum = Math.fma(x[xOffset + row * inputs + k], parameters[w + k * WIDTH], sum);
        }
        y[row * outputs + j] = sum;
      }
    }
  }

  @Override
  public void weightGradient(
      int rows, int panel, int panels, int k, int count, float[] g, Workspace workspace) {
    for (int p = 0; p < panels; p++) {
      for (int i = 0; i < count; i++) {
        for (int lane = 0; lane < WIDTH; lane++) {
          float sum = 0f;
          for (int row = 0; row < rows; row++) {
            float x = workspace.columns(rows, k + i, row);
            sum = Math.fma(x, workspace.right[((panel + p) * rows + row) * WIDTH + lane], sum);
          }
          g[p * SLAB_LENGTH + i * WIDTH + lane] = sum;
        }
      }
    }
  }

  @Override
  public void biasGradient(DenseShape shape, int rows, float[] g, Workspace workspace) {
    for (int j = 0; j < Panels.padded(shape.outputs()); j++) {
      int dy = Panels.index(rows, 0, j);
      float sum = 0f;
      for (int row = 0; row < rows; row++) {
        sum += workspace.right[dy + row * WIDTH];
      }
      g[j] = sum;
    }
  }

  @Override
  public void prepareInputGradient(DenseShape shape, float[] dy, int rows, Workspace workspace) {}

  @Override
  public void inputGradient(
      DenseShape shape,
      float[] dy,
      float[] parameters,
      float[] dx,
      int rows,
      int k,
      int count,
      Workspace workspace) {
    int inputs = shape.inputs();
    int outputs = shape.outputs();
    for (int row = 0; row < rows; row++) {
      for (int i = k; i < k + count; i++) {
        float sum = 0f;
        for (int j = 0; j < outputs; j++) {
          float w = parameters[shape.kernelOffset() + Panels.index(inputs, i, j)];
          sum = Math.fma(dy[row * outputs + j], w, sum);
        }
        dx[row * inputs + i] = sum;
      }
    }
  }

  @Override
  public void inputGradientOfOne(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int[] inputs, int count) {
    for (int i = 0; i < count; i++) {
      float sum = 0f;
      for (int j = 0; j < shape.outputs(); j++) {
        float w = parameters[shape.kernelOffset() + Panels.index(shape.inputs(), inputs[i], j)];
        sum = Math.fma(dy[j], w, sum);
      }
      dx[inputs[i]] = sum;
    }
  }
}
