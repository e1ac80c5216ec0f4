package dev.millrace.benchmarks.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a JVM's steps become fast. Told when each step ends, it knows the first ones, and the mean
 * time of a step over windows of at least 20 ms and ten steps.
 */
final class WarmUpCurve {
  /** Steps that count as the first ones. */
  static final int FIRST = 200;

  /** Warm is at most this many times the steady time. */
  static final double WARM = 1.5;

  private static final long WINDOW_NS = 20_000_000;
  private static final int WINDOW_STEPS = 10;

  private final List<Double> windowUs = new ArrayList<>();
  private final List<Long> windowEndNs = new ArrayList<>();
  private long firstNs;
  private long firstStepsNs;
  private long steps;
  private long windowBeginNs;
  private int windowSteps;

  /**
   * Some steps have ended.
   *
   * @param more how many since the last call; one by one for the first 200
   * @param ns since the first step began
   */
  void ended(int more, long ns) {
    steps += more;
    windowSteps += more;
    if (steps == 1) {
      firstNs = ns;
    }
    if (steps <= FIRST) {
      firstStepsNs = ns;
    }
    if (windowSteps >= WINDOW_STEPS && ns - windowBeginNs >= WINDOW_NS) {
      windowUs.add((ns - windowBeginNs) / 1e3 / windowSteps);
      windowEndNs.add(ns);
      windowBeginNs = ns;
      windowSteps = 0;
    }
  }

  /** The first step's time. */
  double firstStepMs() {
    return firstNs / 1e6;
  }

  /** The time from the beginning of the first step to the end of the 200th. */
  double firstStepsMs() {
    return firstStepsNs / 1e6;
  }

  /** The windows of the second half, in µs a step. */
  double[] steadyUs() {
    return windowUs.subList(windowUs.size() / 2, windowUs.size()).stream()
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  /** When the first window ended whose steps took at most 1.5 times the steady median. */
  double warmAfterS() {
    double[] steady = steadyUs();
    Arrays.sort(steady);
    double bound = WARM * steady[steady.length / 2];
    int window = 0;
    while (windowUs.get(window) > bound) {
      window++;
    }
    return windowEndNs.get(window) / 1e9;
  }
}
