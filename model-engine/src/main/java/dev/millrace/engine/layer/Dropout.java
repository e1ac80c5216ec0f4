package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.random.CounterRandom;

/**
 * y = x / (share kept) or 0 in a training pass, else x: Srivastava et al., JMLR 2014, inverted.
 *
 * <p>What is dropped depends on (seed, place of the layer, number of the step, row in the batch,
 * column) alone. Draw c / 4 of a row has the chances of columns c to c + 3, 16 bits each from the
 * lowest on; a column is dropped if its chance is below the rate in 65536ths.
 */
final class Dropout extends Layer {
  private static final long DROPPED = 2L << 32;
  private static final int CHANCES = 1 << 16;
  private static final int CHANCES_PER_DRAW = 4;

  private final Signal x;
  private final Workspace workspace;
  private final int width;
  private final long purpose;
  private final int dropped; // of 65536 columns
  private final float scale;
  private final float[] factors; // [rows][width]: 0 or the scale
  private boolean drops;

  Dropout(LayerSpec.Dropout spec, Build build) {
    super(build.output(build.signal().width()));
    x = build.signal();
    workspace = build.workspace();
    width = output().width();
    purpose = DROPPED + build.number();
    dropped = (int) Math.min(CHANCES - 1, Math.round(spec.rate() * CHANCES));
    scale = (float) ((double) CHANCES / (CHANCES - dropped));
    factors = new float[output().values().length];
  }

  @Override
  public boolean differsInTraining() {
    return dropped > 0;
  }

  // x, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    drops = pass.training() && dropped > 0;
    float[] y = output().values();
    int length = rows * width;
    System.arraycopy(x.values(), x.offset(), y, 0, length);
    if (drops) {
      draw(rows, CounterRandom.bits(pass.seed(), purpose, pass.step()));
      for (int i = 0; i < length; i++) {
        y[i] *= factors[i];
      }
    }
  }

  private void draw(int rows, long stepSeed) {
    for (int row = 0; row < rows; row++) {
      int start = row * width;
      for (int column = 0; column < width; column += CHANCES_PER_DRAW) {
        long draw = CounterRandom.bits(stepSeed, row, column / CHANCES_PER_DRAW);
        int end = Math.min(column + CHANCES_PER_DRAW, width);
        for (int i = start + column; i < start + end; i++) {
          factors[i] = (draw & (CHANCES - 1)) < dropped ? 0f : scale;
          draw >>>= 16;
        }
      }
    }
  }

  @Override
  public void backward(float[] parameters, int rows) {
    if (!x.isWanted()) {
      return;
    }
    float[] dy = output().gradient();
    if (drops) {
      int length = rows * width;
      float[] dx = x.gradientPart(workspace.part);
      for (int i = 0; i < length; i++) {
        dx[i] = dy[i] * factors[i];
      }
      x.takeGradientPart(dx, rows);
    } else {
      x.takeGradientPart(dy, rows);
    }
  }
}
