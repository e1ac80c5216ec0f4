package dev.millrace.app.demo;

import dev.millrace.schemas.Metrics;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One screen of figures: redrawn in place on a terminal, a line now and then anywhere else. Shows
 * only what it is given; knows no Kafka and no clock.
 */
public final class Screen {
  private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";
  private static final int BAR = 40;

  /** Where lines stay, so many calls make one: two seconds. */
  private static final int CALLS_A_LINE = 8;

  private final PrintWriter out;
  private final boolean terminal;
  private int drawn; // lines that stand on the terminal
  private long told = -1; // events that the last line was about, elsewhere
  private int calls;

  /**
   * A screen on a stream.
   *
   * @param terminal whether lines that stand can be drawn anew
   */
  public Screen(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Says something that stays. */
  void say(String line) {
    out.println(line);
    out.flush();
  }

  /**
   * Shows how far things are.
   *
   * @param metrics null before the first commit
   * @param produced events in the topic
   * @param eventsPerSecond predicted and committed lately
   */
  void show(Metrics metrics, long produced, double eventsPerSecond) {
    List<String> lines =
        metrics == null
            ? List.of("waiting for the first commit …")
            : lines(metrics, produced, eventsPerSecond);
    if (terminal) {
      if (drawn > 0) {
        out.printf(UP_AND_CLEAR, drawn);
      }
      lines.forEach(out::println);
      drawn = lines.size();
    } else if (metrics != null && metrics.read() != told && calls++ % CALLS_A_LINE == 0) {
      tell(metrics, eventsPerSecond);
    }
    out.flush();
  }

  /** Shows the figures that stay; on a terminal they stand already. */
  void end(Metrics metrics, double eventsPerSecond) {
    if (!terminal && metrics.read() != told) {
      tell(metrics, eventsPerSecond);
      out.flush();
    }
  }

  /** Whether nobody reads any more, as after {@code | head -1}. */
  boolean isClosed() {
    return out.checkError();
  }

  private void tell(Metrics metrics, double eventsPerSecond) {
    told = metrics.read();
    out.printf(
        Locale.ROOT,
        "%,d events, %,.0f/s, version %,d%s%n",
        told,
        eventsPerSecond,
        metrics.modelVersion(),
        figures(metrics.metrics()));
  }

  private static String figures(Map<String, Double> figures) {
    boolean classes = figures.containsKey("accuracy");
    String name = classes ? "accuracy" : "mae";
    if (!figures.containsKey(name)) {
      return "";
    }
    String baseline = classes ? "majority" : "mean";
    return String.format(
        Locale.ROOT,
        ", %s %.4f (last 1,000: %.4f; %s: %.4f; no change: %.4f)",
        classes ? "accuracy" : "mean abs. error",
        figures.get(name),
        figures.get(name + "_window"),
        baseline,
        figures.get("baseline_" + baseline),
        figures.get("baseline_no_change"));
  }

  private static List<String> lines(Metrics metrics, long produced, double eventsPerSecond) {
    List<String> lines = new ArrayList<>();
    Map<String, Double> figures = metrics.metrics();
    lines.add("");
    lines.add(line("events", "%,d of %,d produced", metrics.read(), produced));
    lines.add(line("events/s", "%,.0f", eventsPerSecond));
    lines.add(line("lag", "%,d events", Math.max(0, produced - metrics.read())));
    lines.add(line("model version", "%,d", metrics.modelVersion()));
    if (figures.containsKey("accuracy")) {
      lines.add(
          line("accuracy", "%.4f  %s", figures.get("accuracy"), bar(figures.get("accuracy"))));
      lines.add(
          line(
              "  last 1,000",
              "%.4f  %s",
              figures.get("accuracy_window"),
              bar(figures.get("accuracy_window"))));
      lines.add(
          line(
              "  majority",
              "%.4f  %s",
              figures.get("baseline_majority"),
              bar(figures.get("baseline_majority"))));
      lines.add(
          line(
              "  no change",
              "%.4f  %s",
              figures.get("baseline_no_change"),
              bar(figures.get("baseline_no_change"))));
      lines.add(
          line(
              "log loss",
              "%.4f   last 1,000: %.4f",
              figures.get("log_loss"),
              figures.get("log_loss_window")));
    } else if (figures.containsKey("mae")) {
      lines.add(
          line(
              "mean abs. error",
              "%.4f   last 1,000: %.4f",
              figures.get("mae"),
              figures.get("mae_window")));
      lines.add(line("  mean", "%.4f", figures.get("baseline_mean")));
      lines.add(line("  no change", "%.4f", figures.get("baseline_no_change")));
      lines.add(
          line(
              "rms error",
              "%.4f   last 1,000: %.4f",
              figures.get("rmse"),
              figures.get("rmse_window")));
    }
    lines.add(line("dead letters", "%,d", metrics.deadLettered()));
    lines.add(line("weights", "%.16s…", metrics.weightsDigest()));
    return lines;
  }

  private static String line(String name, String format, Object... values) {
    return String.format(Locale.ROOT, "  %-16s ", name)
        + String.format(Locale.ROOT, format, values);
  }

  private static String bar(double share) {
    int full = (int) Math.round(share * BAR);
    return "█".repeat(full) + "░".repeat(BAR - full);
  }
}
