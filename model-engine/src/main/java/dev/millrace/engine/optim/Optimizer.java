package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/** Interim. */
public abstract class Optimizer {
  public static final float GRADIENT_MAX = 1e18f;

  public static Optimizer of(OptimizerSpec spec) {
    return switch (spec.name()) {
      case "sgd" -> new Sgd(spec);
      case "adam" -> new Adam(spec);
      default -> throw new IllegalArgumentException("unknown optimizer, name=" + spec.name());
    };
  }

  public abstract List<String> slotNames();

  public float initialSlotValue(String slot) {
    return 0f;
  }

  public abstract void begin(long step);

  public abstract void update(
      Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length);

  public float clipValue() {
    return 0f;
  }

  public float clipNorm() {
    return 0f;
  }

  public float globalClipNorm() {
    return 0f;
  }

  public boolean averages() {
    return false;
  }

  public void trainingPoint(
      Updates updates, float[] x, float[][] slots, int at, float[] y, int yAt, int length) {
    throw new IllegalStateException();
  }
}
