package dev.millrace.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code init}, then {@code eval}, on one set: with the draft as it is, and with a linear model in
 * its place, which an expert would have tuned.
 */
final class QualityRun {
  /** Rates of the linear model; the figures beside ours are of the best one. */
  private static final List<Double> RATES = List.of(0.001, 0.01, 0.1, 0.5);

  private static final String AUTO = "model: auto\nbatch: auto\n";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final QualitySet set;
  private final Path data;
  private final Path folder;

  QualityRun(QualitySet set, Path data, Path folder) {
    this.set = set;
    this.data = data;
    this.folder = folder;
  }

  /**
   * What came of a set.
   *
   * @param delay rows by which labels were late
   * @param linear by rate
   */
  record Result(
      QualitySet set, int delay, Figures ours, Figures baseline, Map<Double, Figures> linear) {
    /** The best figure of the linear model, whichever rate has it. */
    Optional<Double> bestLinear(String figure) {
      return linear.values().stream()
          .map(figures -> figures.values().get(figure))
          .filter(value -> value != null && Double.isFinite(value))
          .reduce((one, other) -> Figures.better(figure, one, other));
    }

    /** Whether ours are at least as good as the linear model's best by every decisive figure. */
    boolean holds() {
      return ours.decisive().stream()
          .allMatch(
              figure ->
                  bestLinear(figure)
                      .map(best -> Figures.holdsAgainst(figure, ours.values().get(figure), best))
                      .orElse(true));
    }

    /** Whether ours are better by every decisive figure. */
    boolean wins() {
      return ours.decisive().stream()
          .allMatch(
              figure ->
                  bestLinear(figure)
                      .map(best -> !Figures.holdsAgainst(figure, best, ours.values().get(figure)))
                      .orElse(true));
    }

    /** The goals that are not reached. */
    List<QualitySet.Goal> missed() {
      return delay > 0
          ? List.of()
          : set.goals().stream()
              .filter(goal -> !goal.isReachedBy(ours.values().get(goal.figure())))
              .toList();
    }
  }

  /** Runs with labels at once and, if the set has a delay, with late ones. */
  List<Result> run(boolean late) throws IOException {
    Path rows = set.preparation().of(data.resolve(set.file()), folder);
    String draft = withLags(init(rows));
    List<Result> results = new ArrayList<>();
    results.add(run(rows, draft, 0));
    if (late && set.delay() > 0) {
      results.add(run(rows, draft, set.delay()));
    }
    if (set.preparation() != Preparation.NONE) {
      Files.delete(rows);
    }
    return results;
  }

  private Result run(Path rows, String draft, int delay) throws IOException {
    JsonNode ours = eval(rows, draft, delay);
    Map<Double, Figures> linear = new LinkedHashMap<>();
    for (double rate : RATES) {
      String model =
          "model: {layers: [], optimizer: {sgd: {learning_rate: %s}}}%nbatch: 1%n".formatted(rate);
      linear.put(rate, Figures.ofModel(eval(rows, draft.replace(AUTO, model), delay)));
    }
    return new Result(set, delay, Figures.ofModel(ours), Figures.ofBaselines(ours), linear);
  }

  private String init(Path rows) {
    List<String> args = new ArrayList<>(List.of("init", "--data", rows.toString()));
    args.addAll(List.of("--label", set.label(), "--name", set.name().replace('_', '-')));
    args.addAll(set.rows());
    String draft = millrace(args);
    if (!draft.contains(AUTO)) {
      throw new IllegalStateException("init of " + set.name() + " drafts another model:\n" + draft);
    }
    return draft;
  }

  /** The label of some rows before, as a user who forecasts would add it. */
  private String withLags(String draft) {
    StringBuilder lags = new StringBuilder("  features:\n");
    set.lags()
        .forEach(lag -> lags.append("    - {name: %s, lag: %d}%n".formatted(set.label(), lag)));
    return draft.replace("  features:\n", lags.toString());
  }

  private JsonNode eval(Path rows, String pipeline, int delay) throws IOException {
    Path file = folder.resolve(set.name() + ".yaml");
    Files.writeString(file, pipeline);
    List<String> args = new ArrayList<>(List.of("eval", file.toString(), "--data"));
    args.addAll(List.of(rows.toString(), "--delay", Integer.toString(delay), "-o", "json"));
    args.addAll(set.rows());
    return JSON.readTree(millrace(args));
  }

  private static String millrace(List<String> args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(new PrintWriter(out), new PrintWriter(err, true), args.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException("millrace %s ended with %d: %s".formatted(args, code, err));
    }
    return out.toString();
  }
}
