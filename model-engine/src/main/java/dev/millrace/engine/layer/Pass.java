package dev.millrace.engine.layer;

/** What a forward pass is for: an inference, until {@link #set}. One object a network, reused. */
public final class Pass {
  private long seed;
  private boolean training;
  private long step;

  /** Says what random numbers depend on; 0 unless said. */
  public void seed(long seed) {
    this.seed = seed;
  }

  /** Says what the next pass is for. */
  public void set(boolean training, long step) {
    this.training = training;
    this.step = step;
  }

  /** Whether the pass belongs to a step, so that dropout drops. */
  public boolean training() {
    return training;
  }

  /** The number of the step that a training pass belongs to, from 1. */
  public long step() {
    return step;
  }

  /** What random numbers depend on. */
  public long seed() {
    return seed;
  }
}
