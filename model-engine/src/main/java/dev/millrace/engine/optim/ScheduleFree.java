package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;

/**
 * Defazio et al., "The road less scheduled", NeurIPS 2024: steps from z along gradients at y, and
 * weights x that are the mean of all z, each weighted by its squared learning rate.
 *
 * <p>The first slot holds z - x, which is 0 at first and loses no digits where z and x meet. The
 * learning rate is constant but for a linear warm-up, so the weight of the newest z in the mean
 * follows from the step alone and no sum of weights is kept.
 */
abstract class ScheduleFree extends Optimizer {
  private final double warmupSteps;
  private final float toward;
  private float weight;

  /**
   * @param beta how near to x, from z, gradients are taken
   */
  ScheduleFree(OptimizerSpec spec, double beta) {
    super(spec, 0);
    warmupSteps = spec.get("warmup_steps");
    toward = (float) (1 - beta);
  }

  // With rates r·min(1, i / W) the squares sum up to t·(t+1)·(2t+1) / 6W² times r² until W, and 1
  // each after it.
  @Override
  final void begin(long step, double rate) {
    double t = step;
    double w = warmupSteps;
    if (t <= w) {
      weight = (float) (6 * t / ((t + 1) * (2 * t + 1)));
    } else {
      double warmup = w == 0 ? 0 : (w + 1) * (2 * w + 1) / (6 * w);
      weight = (float) (1 / (warmup + (t - w)));
    }
    beginWarm(step, t < w ? rate * (t / w) : rate);
  }

  /** Computes the step's scalars from a learning rate that has warmed up. */
  abstract void beginWarm(long step, double rate);

  /** 1 - beta. */
  final float toward() {
    return toward;
  }

  /** The newest z's weight in x. */
  final float weight() {
    return weight;
  }

  @Override
  public final boolean averages() {
    return true;
  }

  @Override
  public final void trainingPoint(
      Updates updates, float[] x, float[][] slots, int at, float[] y, int yAt, int length) {
    updates.trainingPoint(x, slots[0], at, y, yAt, length, toward);
  }
}
