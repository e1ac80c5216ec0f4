package dev.millrace.engine.kernel;

import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs every update on one range and gives all arrays afterwards, as bits with one NaN. */
final class UpdatesCase {
  /** What lies before and behind a range, to see that no update writes there. */
  private static final int AT = 3;

  private static final int G_AT = 5;

  private final int length;
  private final KernelCase random;
  private final List<long[]> written = new ArrayList<>();
  private float[] w;
  private float[] g;
  private float[] m;
  private float[] v;
  private float[] mean;
  private float[] slot;

  UpdatesCase(int length, long seed, boolean edges) {
    this.length = length;
    random = new KernelCase(1, 1, 1, seed, edges);
  }

  /** Every update starts from the same numbers. */
  private void begin() {
    w = random.numbers(1, length + 9, 1);
    g = random.numbers(2, length + 9, 1);
    m = random.numbers(3, length + 9, 1e-2);
    mean = random.numbers(4, length + 9, 1e-2);
    slot = random.numbers(5, length + 9, 1e-2);
    v = random.numbers(6, length + 9, 1e-2);
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.abs(v[i]);
    }
  }

  private void keep() {
    for (float[] array : List.of(w, g, m, v, mean, slot)) {
      long[] bits = new long[array.length];
      for (int i = 0; i < array.length; i++) {
        bits[i] = Float.floatToIntBits(array[i]);
      }
      written.add(bits);
    }
    begin();
  }

  /** What the updates wrote. */
  List<long[]> run(Updates updates) {
    written.clear();
    begin();
    moments(updates);
    accumulations(updates);
    gradients(updates);
    return List.copyOf(written);
  }

  private void moments(Updates updates) {
    updates.decay(w, AT, length, 0.003f);
    keep();
    updates.sgd(w, AT, g, G_AT, length, 0.01f);
    keep();
    updates.momentum(w, m, AT, g, G_AT, length, 0.01f, 0.9f);
    keep();
    updates.nesterov(w, m, AT, g, G_AT, length, 0.01f, 0.9f);
    keep();
    updates.adam(w, m, v, AT, g, G_AT, length, 0.1f, 0.001f, 0.003f, 1e-7f);
    keep();
    updates.amsgrad(w, m, v, slot, AT, g, G_AT, length, 0.1f, 0.001f, 0.003f, 1e-7f);
    keep();
    updates.nadam(w, m, v, AT, g, G_AT, length, 0.1f, 0.001f, 0.003f, 0.002f, 1e-7f);
    keep();
    updates.lion(w, m, AT, g, G_AT, length, 0.1f, 0.01f, 0.003f);
    keep();
    updates.scheduleFreeSgd(w, m, AT, g, G_AT, length, 0.01f, 0.1f, 0.1f, 0.2f);
    keep();
    updates.scheduleFreeAdamW(w, m, v, AT, g, G_AT, length, 0.001f, 0.01f, 1e-8f, 0.1f, 0.1f, 0.2f);
    keep();
    updates.trainingPoint(w, m, AT, g, G_AT, length, 0.1f);
    keep();
  }

  private void accumulations(Updates updates) {
    updates.adagrad(w, v, AT, g, G_AT, length, 0.01f, 1e-7f);
    keep();
    updates.rmsprop(w, v, AT, g, G_AT, length, 0.1f, 0.01f, 1e-7f);
    keep();
    updates.rmspropMomentum(w, v, m, AT, g, G_AT, length, 0.1f, 0.01f, 1e-7f, 0.9f);
    keep();
    updates.rmspropCentered(w, v, mean, AT, g, G_AT, length, 0.1f, 0.01f, 1e-7f);
    keep();
    updates.rmspropCenteredMomentum(w, v, mean, m, AT, g, G_AT, length, 0.1f, 0.01f, 1e-7f, 0.9f);
    keep();
    updates.ftrl(w, v, m, AT, g, G_AT, length, 100f, 0.01f, 0.5f, 0.02f);
    keep();
    updates.ftrl(w, v, m, AT, g, G_AT, length, 100f, 0f, 0f, 0f);
    keep();
    updates.ftrlPower(w, v, m, AT, g, G_AT, length, 100f, 0.01f, 0.5f, 0.02f, 0.7);
    keep();
  }

  private void gradients(Updates updates) {
    updates.regularize(g, G_AT, w, AT, length, 0.01f, 0.003f);
    keep();
    updates.clipByValue(g, G_AT, length, 0.5f);
    keep();
    updates.scale(g, G_AT, length, 0.7f);
    keep();
    double sum = updates.sumOfSquares(g, G_AT, length);
    written.add(new long[] {Double.doubleToLongBits(sum)});
  }

  /** A number that two runs share only if they wrote the same, in all likelihood. */
  long digest(Updates updates) {
    long digest = 0;
    for (long[] bits : run(updates)) {
      digest = CounterRandom.splitmix64(digest + Arrays.hashCode(bits));
    }
    return digest;
  }

  @Override
  public String toString() {
    return "length=" + length + ", " + random;
  }
}
