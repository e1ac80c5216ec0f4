package dev.millrace.formats;

import dev.millrace.engine.Counters;
import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.panel.ExpertFigures;
import dev.millrace.formats.Statistics.Column;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model is, in Markdown for people: what it reads and predicts, how good it was beside
 * predictors that learn nothing, what it was made from and what not to expect. Nothing in it is
 * written by hand.
 */
public final class ModelCard {
  private static final String WINDOW = "_window";
  private static final String FADING = "_fading";

  private final Learner learner;
  private final ModelSpec spec;
  private final Origin origin;
  private final StringBuilder text = new StringBuilder();

  private ModelCard(Learner learner, Origin origin) {
    this.learner = learner;
    this.spec = learner.spec();
    this.origin = origin;
  }

  /** Writes the card. */
  public static void write(Learner learner, Origin origin, OutputStream out) throws IOException {
    ModelCard card = new ModelCard(learner, origin);
    card.write();
    out.write(card.text.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private void write() {
    line("# %s, version %d", origin.model(), origin.version());
    addModel();
    addLabel();
    addFeatures();
    addFigures();
    addData();
    addLimits();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void heading(String words) {
    line("%n## %s%n", words);
  }

  private void row(Object... cells) {
    for (Object cell : cells) {
      text.append("| ").append(cell(cell)).append(' ');
    }
    text.append("|\n");
  }

  /** Names come from others: they must not end a cell nor begin a tag. */
  private static String cell(Object value) {
    return switch (value) {
      case null -> "";
      case Double number -> String.format(Locale.ROOT, "%.6g", number);
      case Long number -> String.format(Locale.ROOT, "%,d", number);
      default -> value.toString().replace("|", "\\|").replace("<", "&lt;").replaceAll("\\s+", " ");
    };
  }

  private void head(String... names) {
    row((Object[]) names);
    text.append("|---".repeat(names.length)).append("|\n");
  }

  private void addModel() {
    heading("Model");
    line(
        "It learns from each event after predicting it, %s at a time: %,d parameters, loss %s, seed"
            + " %d.%n",
        spec.batch() == 1 ? "one" : spec.batch(), spec.parameterCount(), spec.loss(), spec.seed());
    if (spec.panel() == null) {
      head("layer", "kind", "reads");
      for (LayerSpec layer : spec.layers()) {
        row(layer.name(), kind(layer), String.join(", ", layer.inputs()));
      }
      line(
          "%nOptimizer: %s at the rate %s.",
          spec.optimizer().name(), spec.optimizer().learningRate());
      return;
    }
    head("expert", "weight", "mean loss");
    for (ExpertFigures expert : learner.experts()) {
      row(expert.name(), expert.weight(), expert.loss());
    }
  }

  private static String kind(LayerSpec layer) {
    return layer instanceof LayerSpec.Dense dense
        ? "dense %d %s".formatted(dense.units(), dense.activation())
        : layer.kind();
  }

  private void addLabel() {
    heading("Label");
    LabelSpec label = spec.label();
    if (label.isClassification()) {
      line("`%s`, one of: %s.", cell(label.field()), cell(String.join(", ", label.classes())));
    } else {
      double[] seen = Tensors.of(learner).doubles("feat/target");
      line(
          "`%s`, a number; from %s to %s so far.",
          cell(label.field()), cell(seen[3]), cell(seen[4]));
    }
    if (label.delay() > 0) {
      line("It comes %,d events late.", label.delay());
    }
  }

  private void addFeatures() {
    heading("Features");
    Statistics statistics = new Statistics(spec.space().fields(), Tensors.of(learner));
    head("feature", "field", "kind", "size", "mean", "deviation");
    for (int i = 0; i < spec.features().size(); i++) {
      FeatureSpec feature = spec.features().get(i);
      List<Column> columns = statistics.of(i);
      boolean isOne = columns.size() == 1;
      row(
          feature.name(),
          feature.path(),
          feature.kind(),
          (long) feature.size(),
          isOne ? columns.getFirst().mean() : null,
          isOne ? Math.sqrt(columns.getFirst().variance()) : null);
    }
    Map<String, Long> without = learner.featureCounts().figures();
    if (!without.isEmpty()) {
      line("%nWhat they had to do without, counted: %s.", without);
    }
  }

  private void addFigures() {
    heading("Figures");
    line(
        "Of each labelled event the prediction made before it was learned; `docs/metrics.md` has"
            + " the formulas.%n");
    head("figure", "whole", "last 1,000", "fading");
    add(learner.figures(), "");
    add(learner.metrics().baselines(), "baseline: ");
  }

  private void add(Map<String, Double> figures, String before) {
    new TreeMap<>(figures)
        .forEach(
            (name, value) -> {
              if (!name.endsWith(WINDOW) && !name.endsWith(FADING)) {
                row(before + name, value, figures.get(name + WINDOW), figures.get(name + FADING));
              }
            });
  }

  private void addData() {
    heading("Data");
    Counters counters = learner.counters();
    head("what", "value");
    row("events predicted", counters.predicted());
    row("events learned", counters.learned());
    row("events rejected", counters.rejected());
    origin.texts().forEach(this::row);
  }

  private void addLimits() {
    heading("Limits");
    line(
        "- The figures are of the events above, in their order. They say nothing of events of"
            + " another kind.");
    line("- The model follows its stream: a copy that learns no more grows old.");
    if (!spec.label().isClassification()) {
      line("- It predicts no value outside of those it has seen.");
    }
    if (learner.counters().predicted() < 1_000) {
      line("- It has seen few events: %,d.", learner.counters().predicted());
    }
    line(
        "- No attention was paid to who the events are about: compare the figures by group before"
            + " it decides about people.");
  }
}
