package dev.millrace.topology.config;

import dev.millrace.engine.PredictionDetail;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Every option of a pipeline file: its name, what it means, its default and what it accepts. The
 * parser, the JSON Schema for editors and the messages all read this table.
 */
final class Options {
  static final String AUTO = "auto";
  static final String ALL = "all";
  static final int BATCH_MAX = 65_536;
  static final int SNAPSHOT_STEPS = 1_000;
  static final int SNAPSHOTS_KEPT = 10;
  static final int BUCKETS = 256;
  static final int BAG_BUCKETS = 1 << 10;
  static final int TEXT_BUCKETS = 1 << 14;
  static final int THREADS = 1;

  /** What Millrace needs to reach Kafka when the file says nothing. */
  static final Map<String, String> KAFKA = Map.of("bootstrap.servers", "localhost:9092");

  /** What Millrace needs to reach the registry when the file says nothing. */
  static final Map<String, String> REGISTRY =
      Map.of("schema.registry.url", "http://localhost:8081");

  private static final int THREADS_MAX = 64;
  private static final int ATTRIBUTIONS_MAX = 1_000;
  private static final Shape TOPIC =
      new Shape.Text(
          "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}", "a topic name of letters, digits, '.', '_', '-'");
  private static final Shape FIELD =
      new Shape.Text("[A-Za-z_][A-Za-z0-9_]*", "the name of an Avro field: letters, digits, '_'");
  private static final Shape ANY_TEXT = new Shape.Text("(?s).+", "a text");

  static final Shape.MapOf FILE =
      new Shape.MapOf(
          List.of(
              new Option(
                  "name",
                  new Shape.Text("[a-z0-9._-]{1,200}", "lower-case letters, digits, '.', '_', '-'"),
                  "The pipeline's name: Kafka's application.id and the stem of its topics.",
                  "the input topic, in lower case"),
              new Option("input", input(), "Where events come from.", ""),
              new Option("label", label(), "The field to predict.", ""),
              new Option(
                  "model",
                  new Shape.OneOf(auto(), model()),
                  "The network and how it learns.",
                  AUTO),
              new Option(
                  "batch",
                  new Shape.OneOf(auto(), new Shape.Whole(1, BATCH_MAX)),
                  "How many labelled events a step learns from.",
                  AUTO),
              new Option(
                  "seed",
                  new Shape.Whole(Long.MIN_VALUE, Long.MAX_VALUE),
                  "Of every random number, the initial weights among them.",
                  "0"),
              new Option(
                  "threads",
                  new Shape.Whole(1, THREADS_MAX),
                  "How many threads of a partition share out the products of large layers; changes"
                      + " no bit.",
                  Integer.toString(THREADS)),
              new Option(
                  "intervals",
                  intervals(),
                  "Bounds of each prediction that hold a stated share of labels; see"
                      + " docs/metrics.md.",
                  "none"),
              new Option(
                  "predictions",
                  predictions(),
                  "What predictions tell beside what they say; changes no bit of a model.",
                  "{}"),
              new Option("snapshots", snapshots(), "Published copies of the model.", "{}"),
              new Option("outputs", outputs(), "The topics that the pipeline writes to.", "{}"),
              new Option(
                  "kafka",
                  new Shape.Settings(),
                  "Kafka's own settings, passed through. ${env:NAME} and ${file:PATH} stand for a"
                      + " variable of the environment and the content of a file.",
                  "{bootstrap.servers: \"localhost:9092\"}"),
              new Option(
                  "registry",
                  new Shape.Settings(),
                  "The schema registry client's settings, passed through; ${env:NAME} and"
                      + " ${file:PATH} as in kafka.",
                  "{schema.registry.url: \"http://localhost:8081\"}")));

  private Options() {}

  private static Shape auto() {
    return new Shape.Word(List.of(AUTO));
  }

  private static Shape input() {
    return new Shape.MapOf(
        List.of(
            new Option("topic", TOPIC, "The topic of Avro events.", ""),
            new Option(
                "features",
                new Shape.OneOf(
                    new Shape.Word(List.of(ALL)),
                    new Shape.ListOf(
                        new Shape.OneOf(FeatureOptions.PATH, FeatureOptions.shape()),
                        1,
                        "field names or maps with a name")),
                "The fields to learn from; 'all' is every field that can be one but the label,"
                    + " its weight, the key and the timestamp.",
                ALL),
            new Option(
                "key", FIELD, "The field that becomes the record's key; never a feature.", "none"),
            new Option(
                "timestamp", FIELD, "The field with the event's time; never a feature.", "none")));
  }

  private static Shape label() {
    return new Shape.MapOf(
        List.of(
            new Option("field", FIELD, "The field.", ""),
            new Option(
                "classes",
                new Shape.ListOf(ANY_TEXT, 2, "at least two classes"),
                "The classes in the order of the outputs.",
                "by the schema: an enum's symbols, false and true, or a regression for a number"),
            new Option(
                "weight",
                FIELD,
                "The number that says how much an event counts in learning, at least 0; never a"
                    + " feature.",
                "none: every event counts 1"),
            new Option(
                "delay",
                new Shape.Whole(0, LabelSpec.DELAY_MAX),
                "How many events after its own a label is taken as known: it is learned and scored"
                    + " only then.",
                "0"),
            ImbalanceOptions.CLASS_WEIGHT,
            ImbalanceOptions.UNDERSAMPLING,
            ImbalanceOptions.THRESHOLD));
  }

  private static Shape model() {
    return new Shape.MapOf(
        List.of(
            new Option(
                "layers",
                new Shape.OneOf(
                    auto(),
                    new Shape.ListOf(LayerOptions.shape(), 0, "layers such as {dense: 64}")),
                "The hidden layers; the output layer follows from the label, unless the last one is"
                    + " one. See docs/layers.md.",
                AUTO),
            new Option("loss", loss(), "What learning makes smaller.", AUTO),
            new Option(
                "optimizer", OptimizerOptions.shape(), "How a step changes the weights.", AUTO)));
  }

  private static Shape loss() {
    List<String> words = new ArrayList<>(List.of(AUTO));
    words.addAll(LossSpec.names());
    return new Shape.OneOf(
        new Shape.Word(List.copyOf(words)),
        new Shape.MapOf(
            LossSpec.names().stream()
                .filter(name -> !LossSpec.defaults(name).isEmpty())
                .map(
                    name ->
                        new Option(name, lossSettings(name), name + " with its settings.", "none"))
                .toList(),
            true));
  }

  private static Shape lossSettings(String loss) {
    return new Shape.MapOf(
        LossSpec.defaults(loss).entrySet().stream()
            .map(e -> lossSetting(e.getKey(), e.getValue()))
            .toList());
  }

  private static Option lossSetting(String name, double value) {
    if (name.equals("apply_class_balancing")) {
      return new Option(name, new Shape.Flag(), "Keras' " + name + ".", "false");
    }
    return new Option(
        name,
        new Shape.Decimal("a number " + LossSpec.range(name), v -> LossSpec.isValid(name, v)),
        name.equals("quantile") ? "The quantile to predict." : "Keras' " + name + ".",
        Double.toString(value));
  }

  private static Shape intervals() {
    return new Shape.MapOf(
        List.of(
            new Option(
                "coverage",
                new Shape.Decimal(
                    "a number greater than 0 and less than 1", value -> value > 0 && value < 1),
                "The share of labels that lie within.",
                "")));
  }

  private static Shape predictions() {
    return new Shape.MapOf(
        List.of(
            new Option(
                "attributions",
                new Shape.Whole(0, ATTRIBUTIONS_MAX),
                "How many features are told that had most to do with the prediction.",
                Integer.toString(PredictionDetail.NONE.attributions())),
            new Option(
                "attribution_steps",
                new Shape.Whole(1, ATTRIBUTIONS_MAX),
                "The steps of integrated gradients: what attributions leave unsaid falls with their"
                    + " square, what they cost rises with them.",
                Integer.toString(PredictionDetail.STEPS)),
            new Option(
                "expert_weights",
                new Shape.Flag(),
                "Whether the weight of each expert of a panel is told.",
                Boolean.toString(PredictionDetail.NONE.expertWeights()))));
  }

  private static Shape snapshots() {
    return new Shape.MapOf(
        List.of(
            new Option(
                "every",
                new Shape.Text("[1-9][0-9]{0,17}( steps?)?", "a number of steps: '1000 steps'"),
                "How many steps lie between two snapshots.",
                SNAPSHOT_STEPS + " steps"),
            new Option(
                "keep",
                new Shape.Whole(1, 100_000),
                "How many of the newest stay.",
                Integer.toString(SNAPSHOTS_KEPT))));
  }

  private static Shape outputs() {
    return new Shape.MapOf(
        List.of(
            new Option("predictions", TOPIC, "One record an event.", "<name>.predictions"),
            new Option("metrics", TOPIC, "How well it predicts, over time.", "<name>.metrics"),
            new Option("snapshots", TOPIC, "Copies of the model.", "<name>.snapshots"),
            new Option("dead_letters", TOPIC, "Events that cannot be used.", "<name>.dead-letters"),
            new Option(
                "control",
                TOPIC,
                "Not written but read: what millrace control asks for.",
                "<name>.control"),
            new Option(
                "control_log", TOPIC, "What became of each control.", "<name>.control-log")));
  }
}
