package dev.millrace.benchmarks.measure;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Warms a subject up, then times it.
 *
 * <p>A sample is the mean of so many steps that it lasts two milliseconds: long beside the clock's
 * cost, short beside a scheduler's slice, so that some samples escape the machine's other work.
 *
 * <p>Warm is what has run for two seconds and 12,000 steps, and whose fastest sample became no more
 * than 2 % faster in the last second; after 20 seconds whatever came is warm. So many steps because
 * HotSpot compiles a method that a step calls once only after thousands of calls, and until then
 * vectors live on the heap in it.
 *
 * <p>What a step allocates is counted within each sample, the clock apart, and the median is taken.
 */
public final class Sampler {
  /** Samples taken. */
  public static final int SAMPLES = 400;

  private static final long SAMPLE_NS_MIN = 2_000_000;
  private static final long WARM_NS_MIN = 2_000_000_000L;
  private static final long WARM_NS_MAX = 20_000_000_000L;
  private static final int WARM_STEPS_MIN = 12_000;
  private static final long STEADY_NS = 1_000_000_000L;
  private static final double PROGRESS = 0.98;

  private final Subject subject;
  private final LongSupplier nanos;
  private final LongSupplier allocated;
  private int steps;
  private int repeats = 1;
  private double bytesPerStep; // of the last sample

  /**
   * @param nanos the clock
   * @param allocated the bytes that this thread has allocated so far
   */
  public Sampler(Subject subject, LongSupplier nanos, LongSupplier allocated) {
    this.subject = subject;
    this.nanos = nanos;
    this.allocated = allocated;
  }

  /** Warms up and measures. */
  public Samples take() {
    warmUp();
    double[] us = new double[SAMPLES];
    double[] bytes = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      us[i] = sampleNs() / 1e3;
      bytes[i] = bytesPerStep;
    }
    Arrays.sort(bytes);
    return new Samples(us, bytes[SAMPLES / 2], subject.facts());
  }

  private void warmUp() {
    long begin = nanos.getAsLong();
    long progress = begin;
    double best = Double.MAX_VALUE;
    double mark = Double.MAX_VALUE;
    long now = begin;
    while (now - begin < WARM_NS_MAX
        && (now - begin < WARM_NS_MIN || steps < WARM_STEPS_MIN || now - progress < STEADY_NS)) {
      double ns = sampleNs();
      now = nanos.getAsLong();
      if (ns < PROGRESS * mark) {
        progress = now;
        mark = ns;
      }
      best = Math.min(best, ns);
      repeats = (int) Math.clamp(Math.ceil(SAMPLE_NS_MIN / best), 1, 1 << 20);
    }
  }

  /** The mean time of a step. */
  private double sampleNs() {
    long start = nanos.getAsLong();
    long bytes = allocated.getAsLong();
    for (int i = 0; i < repeats; i++) {
      subject.step(steps++);
    }
    bytesPerStep = (double) (allocated.getAsLong() - bytes) / repeats;
    return (double) (nanos.getAsLong() - start) / repeats;
  }
}
