package dev.millrace.app.monitor;

import dev.millrace.engine.Attribution;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much each feature has had to do with predictions of late: fading means of the sizes of its
 * attributions, a prediction that does not tell of a feature counting as 0. Not thread-safe.
 */
final class Importance {
  private static final double FADING = 0.999;

  private final Map<String, Double> sums = new HashMap<>();
  private double weight;

  /** Takes the attributions of one prediction. */
  void add(List<Attribution> attributions) {
    weight = FADING * weight + 1;
    sums.replaceAll((feature, sum) -> FADING * sum);
    for (Attribution attribution : attributions) {
      sums.merge(attribution.feature(), Math.abs(attribution.value()), Double::sum);
    }
  }

  /** By feature; none before there are attributions. */
  Map<String, Double> means() {
    Map<String, Double> means = new TreeMap<>();
    sums.forEach((feature, sum) -> means.put(feature, sum / weight));
    return means;
  }
}
