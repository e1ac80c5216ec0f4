package dev.millrace.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code eval} said of one model, as far as models are compared by it. */
record Figures(long rows, Map<String, Double> values, Map<String, Double> experts) {
  private static final List<String> NAMES = List.of("accuracy", "log_loss", "mae", "rmse");
  private static final List<String> BASELINES =
      List.of("majority", "no_change", "prior_log_loss", "mean");

  /** The figures of the model. */
  static Figures ofModel(JsonNode result) {
    return of(result, "metrics", NAMES);
  }

  /** Those of what learns nothing, by the baselines' own names. */
  static Figures ofBaselines(JsonNode result) {
    return of(result, "baseline", BASELINES);
  }

  private static Figures of(JsonNode result, String group, List<String> names) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String name : names) {
      if (result.path(group).has(name)) {
        values.put(name, result.path(group).path(name).doubleValue());
      }
    }
    Map<String, Double> experts = new LinkedHashMap<>();
    result
        .path("experts")
        .properties()
        .forEach(expert -> experts.put(expert.getKey(), expert.getValue().path("loss").asDouble()));
    return new Figures(result.path("rows").longValue(), values, experts);
  }

  /** Whether less is better. */
  static boolean isLoss(String figure) {
    return !figure.equals("accuracy");
  }

  /** The better of two by a figure. */
  static double better(String figure, double one, double other) {
    return isLoss(figure) ? Math.min(one, other) : Math.max(one, other);
  }

  /** Whether one is at least as good as the other, to the fourth place. */
  static boolean holdsAgainst(String figure, double one, double other) {
    double margin = 5e-5 * Math.max(1, Math.abs(other));
    return isLoss(figure) ? one <= other + margin : one >= other - margin;
  }

  /** The figures by which sets are won: accuracy and log loss, or the mean absolute error. */
  List<String> decisive() {
    return values.containsKey("accuracy") ? List.of("accuracy", "log_loss") : List.of("mae");
  }

  /** Whether the mixture of a panel lost no more than each of its experts. */
  Optional<Boolean> aboveEveryExpert() {
    Double mixture = experts.get("mixture");
    return mixture == null
        ? Optional.empty()
        : Optional.of(experts.values().stream().allMatch(loss -> mixture <= loss));
  }
}
