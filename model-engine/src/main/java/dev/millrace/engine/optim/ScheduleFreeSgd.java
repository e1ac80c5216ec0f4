package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/** {@link ScheduleFree} with plain steps: z = z - rate·(g + weight_decay·y). */
final class ScheduleFreeSgd extends ScheduleFree {
  private final float decay;
  private float rate;

  ScheduleFreeSgd(OptimizerSpec spec) {
    super(spec, spec.get("momentum"));
    decay = (float) spec.get("weight_decay");
  }

  @Override
  public List<String> slotNames() {
    return List.of("z_minus_x");
  }

  @Override
  void beginWarm(long step, double rate) {
    this.rate = (float) rate;
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.scheduleFreeSgd(w, slots[0], at, g, gAt, length, rate, decay, toward(), weight());
  }
}
