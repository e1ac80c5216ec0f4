package dev.millrace.topology.config;

import dev.millrace.engine.model.ImbalanceSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** What a label's options do about rare classes. */
final class ImbalanceOptions {
  private static final String BALANCED = "balanced";
  private static final Shape ANY_CLASS = new Shape.Text("(?s).+", "a class");
  private static final Shape SHARE =
      new Shape.Decimal("a number greater than 0 and less than 1", value -> value > 0 && value < 1);

  static final Option CLASS_WEIGHT =
      new Option(
          "class_weight",
          new Shape.OneOf(
              new Shape.Word(List.of(BALANCED)),
              new Shape.Entries(
                  "classes",
                  new Shape.Decimal(
                      "a number from 0 to 1e6",
                      value -> value >= 0 && value <= ImbalanceSpec.CLASS_WEIGHT_MAX))),
          "What an event's weight is multiplied with by its class, 1 for a class that is not"
              + " stated; balanced: by how rare its class has been.",
          "none");

  static final Option UNDERSAMPLING =
      new Option(
          "undersampling",
          new Shape.MapOf(
              List.of(
                  new Option("rate", SHARE, "The share of their events that is learned.", ""),
                  new Option(
                      "classes",
                      new Shape.ListOf(ANY_CLASS, 1, "classes"),
                      "The frequent classes.",
                      ""),
                  new Option(
                      "correction",
                      new Shape.Flag(),
                      "Whether what is learned of them weighs 1 / rate, so that probabilities stay"
                          + " true.",
                      "true"))),
          "Frequent classes of which only a share of the events is learned.",
          "none: every labelled event is learned");

  static final Option THRESHOLD =
      new Option(
          "threshold",
          new Shape.OneOf(
              new Shape.MapOf(
                  List.of(
                      new Option(
                          "metric",
                          new Shape.Word(
                              Arrays.stream(ImbalanceSpec.Metric.values())
                                  .map(ImbalanceSpec.Metric::toString)
                                  .toList()),
                          "The figure that the threshold is to make largest.",
                          ""))),
              SHARE),
          "The probability from which on the second of two classes is said, or the metric that it"
              + " is chosen for.",
          "none: the more probable class");

  private ImbalanceOptions() {}

  /** What a label's map says. */
  static Pipeline.Imbalance imbalance(Value label) {
    Map<String, Double> weights = new LinkedHashMap<>();
    Optional<Value> stated = label.get(CLASS_WEIGHT.name());
    stated.ifPresent(
        value ->
            keys(value)
                .forEach(
                    key ->
                        weights.put(
                            key.getValue(),
                            (Double) value.get(key.getValue()).orElseThrow().content())));
    return new Pipeline.Imbalance(
        weights,
        stated.flatMap(Value::text).isPresent(),
        label.get(UNDERSAMPLING.name()).map(ImbalanceOptions::undersampling),
        label.get(THRESHOLD.name()).map(ImbalanceOptions::threshold));
  }

  private static ImbalanceSpec.Undersampling undersampling(Value value) {
    return new ImbalanceSpec.Undersampling(
        (Double) value.get("rate").orElseThrow().content(),
        FeatureOptions.texts(value.get("classes")),
        value.flag("correction").orElse(true));
  }

  private static ImbalanceSpec.Threshold threshold(Value value) {
    return value.isMap()
        ? new ImbalanceSpec.Threshold(
            null,
            ImbalanceSpec.Metric.valueOf(
                value.text("metric").orElseThrow().toUpperCase(Locale.ROOT)))
        : new ImbalanceSpec.Threshold((Double) value.content(), null);
  }

  /** The keys of a map with their places. */
  private static List<ScalarNode> keys(Value map) {
    List<ScalarNode> keys = new ArrayList<>();
    if (map.node() instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          keys.add(key);
        }
      }
    }
    return keys;
  }

  /** Tells what does not go with the classes, where these are stated. */
  static void check(Value label, Problems problems) {
    Optional<Value> undersampling = label.get(UNDERSAMPLING.name());
    List<Value> sampled =
        undersampling.flatMap(u -> u.get("classes")).map(Value::elements).orElse(List.of());
    new FeatureChecks(problems).distinct("class", sampled);
    List<String> classes =
        label.get("classes").map(Value::elements).orElse(List.of()).stream()
            .flatMap(c -> c.text().stream())
            .toList();
    if (classes.isEmpty()) {
      return;
    }
    label
        .get(CLASS_WEIGHT.name())
        .ifPresent(w -> keys(w).forEach(key -> known(key, key.getValue(), classes, problems)));
    for (Value one : sampled) {
      one.text().ifPresent(text -> known(one.node(), text, classes, problems));
    }
    Optional<Value> threshold = label.get(THRESHOLD.name());
    if (threshold.isPresent() && classes.size() != 2) {
      problems.add(
          threshold.get().node(),
          "label.threshold is between two classes, but the label has %d; expected none"
              .formatted(classes.size()));
    }
  }

  private static void known(Node at, String word, List<String> classes, Problems problems) {
    if (!classes.contains(word)) {
      problems.addWord(
          at, "'" + word + "' is no class of the label", word, String.join(", ", classes), classes);
    }
  }

  /**
   * The same for the classes that the schema gave.
   *
   * @throws IllegalArgumentException if they do not go together, with the nearest word
   */
  static ImbalanceSpec spec(Pipeline.Imbalance stated, List<String> classes) {
    List<String> named = new ArrayList<>(stated.classWeight().keySet());
    stated.undersampling().ifPresent(u -> named.addAll(u.classes()));
    for (String word : named) {
      if (!classes.isEmpty() && !classes.contains(word)) {
        throw new IllegalArgumentException(
            "'%s' is no class; classes: %s%s"
                .formatted(word, String.join(", ", classes), Words.didYouMean(word, classes)));
      }
    }
    List<Double> weights =
        stated.classWeight().isEmpty()
            ? List.of()
            : classes.isEmpty()
                ? List.copyOf(stated.classWeight().values())
                : classes.stream().map(c -> stated.classWeight().getOrDefault(c, 1.0)).toList();
    return new ImbalanceSpec(
        weights,
        stated.balanced(),
        stated.undersampling().orElse(null),
        stated.threshold().orElse(null));
  }
}
