package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/** Interim. */
final class Adam extends Optimizer {
  private final OptimizerSpec s;
  private float alpha;

  Adam(OptimizerSpec spec) {
    s = spec;
  }

  @Override
  public List<String> slotNames() {
    return List.of("m", "v");
  }

  @Override
  public void begin(long step) {
    double correction2 = Math.sqrt(1 - StrictMath.pow(s.get("beta_2"), step));
    alpha =
        (float)
            (s.get("learning_rate") * correction2 / (1 - StrictMath.pow(s.get("beta_1"), step)));
  }

  @Override
  public void update(
      Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.adam(
        w,
        slots[0],
        slots[1],
        at,
        g,
        gAt,
        length,
        (float) (1 - s.get("beta_1")),
        (float) (1 - s.get("beta_2")),
        alpha,
        (float) s.get("epsilon"));
  }
}
