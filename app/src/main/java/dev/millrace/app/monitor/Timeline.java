package dev.millrace.app.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Samples over all of a long way, in bounded memory: when it is full every second one goes, and
 * from then on they lie twice as far apart. Not thread-safe.
 */
final class Timeline<T> {
  private final int samplesMax;
  private final ToLongFunction<T> place;
  private final List<T> samples = new ArrayList<>();
  private long apart;

  /**
   * An empty one.
   *
   * @param apart least distance of two samples, in the unit of their place
   * @param place of a sample: a time, or a count of events; never less than that of one before
   */
  Timeline(int samplesMax, long apart, ToLongFunction<T> place) {
    if (samplesMax < 2) {
      throw new IllegalArgumentException("at least 2 samples, samplesMax=" + samplesMax);
    }
    this.samplesMax = samplesMax;
    this.apart = apart;
    this.place = place;
  }

  /** Takes a sample, or leaves it out if it follows the last one too soon. */
  void add(T sample) {
    if (!samples.isEmpty()
        && place.applyAsLong(sample) - place.applyAsLong(samples.getLast()) < apart) {
      return;
    }
    if (samples.size() == samplesMax) {
      thin();
    }
    samples.add(sample);
  }

  private void thin() {
    List<T> kept = new ArrayList<>();
    for (int i = 0; i < samples.size(); i += 2) {
      kept.add(samples.get(i));
    }
    long span = place.applyAsLong(samples.getLast()) - place.applyAsLong(samples.getFirst());
    samples.clear();
    samples.addAll(kept);
    apart = Math.max(apart, span / (samplesMax - 1)) * 2;
  }

  /** The oldest first. */
  List<T> samples() {
    return List.copyOf(samples);
  }
}
