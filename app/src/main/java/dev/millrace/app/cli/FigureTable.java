package dev.millrace.app.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures in groups: each with what the baselines would have had, whole, over the last events and
 * fading. In a group that has baselines a star is at the best of a column.
 */
final class FigureTable {
  private static final List<String> SUFFIXES = List.of("", "_window", "_fading");
  private static final String HEAD = "%-24s%12s %12s %12s%n";
  private static final double ROUNDED = 5e-5; // figures that look alike are taken as alike

  /** What is printed of a figure that no baseline has. */
  private static final Map<String, String> NONE = Map.of();

  private record Group(String figure, boolean isBetterHigh, Map<String, String> baselines) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group(
              "accuracy",
              true,
              words(
                  "no_change",
                  "no change",
                  "majority_running",
                  "majority so far",
                  "majority",
                  "majority in hindsight")),
          new Group("balanced_accuracy", true, NONE),
          new Group("f1", true, NONE),
          new Group("kappa", true, NONE),
          new Group("kappa_temporal", true, NONE),
          new Group("log_loss", false, words("prior_log_loss", "class shares so far")),
          new Group("brier", false, NONE),
          new Group("ece", false, NONE),
          new Group("roc_auc", true, NONE),
          new Group("pr_auc", true, NONE),
          new Group("threshold", true, NONE),
          new Group("mae", false, words("no_change", "no change", "mean", "mean so far")),
          new Group(
              "rmse", false, words("no_change_rmse", "no change", "mean_rmse", "mean so far")),
          new Group(
              "quantile_loss",
              false,
              words("no_change_quantile_loss", "no change", "mean_quantile_loss", "mean so far")),
          new Group("r2", true, NONE),
          new Group("coverage", true, NONE),
          new Group("mean_width", false, NONE),
          new Group("mean_set_size", false, NONE),
          new Group("unbounded", false, NONE));

  private final Map<String, Double> figures;
  private final Map<String, Double> baselines;

  FigureTable(Map<String, Double> figures, Map<String, Double> baselines) {
    this.figures = figures;
    this.baselines = baselines;
  }

  private static Map<String, String> words(String... keysAndWords) {
    Map<String, String> words = new LinkedHashMap<>();
    for (int i = 0; i < keysAndWords.length; i += 2) {
      words.put(keysAndWords[i], keysAndWords[i + 1]);
    }
    return words;
  }

  /** The lines, the verdict last; none without figures. */
  String text() {
    StringBuilder text = new StringBuilder();
    List<String> wins = new ArrayList<>();
    List<String> losses = new ArrayList<>();
    for (Group group : GROUPS) {
      if (!figures.containsKey(group.figure())) {
        continue;
      }
      if (text.isEmpty()) {
        text.append(String.format(Locale.ROOT, HEAD, "", "whole", "last 1,000", "fading"));
      }
      text.append(line(group, group.figure(), group.figure(), figures));
      group
          .baselines()
          .forEach((key, word) -> text.append(line(group, "  " + word, key, baselines)));
      if (!group.baselines().isEmpty()) {
        judge(group, wins, losses);
      }
    }
    append(text, "better than baselines", wins);
    append(text, "not better", losses);
    return text.toString();
  }

  private static void append(StringBuilder text, String what, List<String> which) {
    if (!which.isEmpty()) {
      text.append(String.format(Locale.ROOT, "%-24s %s%n", what, String.join(", ", which)));
    }
  }

  private String line(Group group, String title, String key, Map<String, Double> of) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-24s", title));
    for (String suffix : SUFFIXES) {
      Double value = of.get(key + suffix);
      boolean best = !group.baselines().isEmpty() && value != null && isBest(group, suffix, value);
      String cell = value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
      line.append(String.format(Locale.ROOT, "%13s", cell + (best ? "*" : " ")));
    }
    return line.toString().stripTrailing() + System.lineSeparator();
  }

  private boolean isBest(Group group, String suffix, double value) {
    return !isBetter(group, figures.get(group.figure() + suffix), value)
        && group.baselines().keySet().stream()
            .map(key -> baselines.get(key + suffix))
            .noneMatch(other -> other != null && isBetter(group, other, value));
  }

  private static boolean isBetter(Group group, double one, double than) {
    return group.isBetterHigh() ? one > than + ROUNDED : one < than - ROUNDED;
  }

  /** By the whole figures. */
  private void judge(Group group, List<String> wins, List<String> losses) {
    double own = figures.get(group.figure());
    List<String> better = new ArrayList<>();
    group
        .baselines()
        .forEach(
            (key, word) -> {
              Double other = baselines.get(key);
              if (other != null && !isBetter(group, own, other)) {
                better.add(word);
              }
            });
    if (better.isEmpty()) {
      wins.add(group.figure());
    } else {
      losses.add(group.figure() + " than " + String.join(", ", better));
    }
  }
}
