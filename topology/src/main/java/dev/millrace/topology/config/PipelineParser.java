package dev.millrace.topology.config;

import dev.millrace.engine.PredictionDetail;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a pipeline file. All that is wrong with it is told at once, with places. */
public final class PipelineParser {
  static final String FILE = "the pipeline";

  private final Problems problems;
  private final Substitutions substitutions;

  private PipelineParser(Problems problems, Substitutions substitutions) {
    this.problems = problems;
    this.substitutions = substitutions;
  }

  /**
   * @throws PipelineException if the file is no usable pipeline
   * @throws IOException if the file cannot be read
   */
  public static Pipeline parse(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new PipelineException(
          List.of(file + ": this is a directory; expected a pipeline file, such as elec2.yaml"));
    }
    try {
      return parse(Files.readString(file), file.toString());
    } catch (CharacterCodingException e) {
      throw new PipelineException(List.of(file + ":1:1: this is no text; expected UTF-8"));
    }
  }

  /**
   * @param fileName what messages call the text; relative {@code ${file:…}} start from its folder
   * @throws PipelineException if the text is no usable pipeline
   */
  public static Pipeline parse(String text, String fileName) {
    return parse(text, fileName, System.getenv());
  }

  static Pipeline parse(String text, String fileName, Map<String, String> environment) {
    Problems problems = new Problems(fileName);
    Optional<Node> root = YamlTree.root(text, problems);
    problems.throwIfAny();
    Value file = new ShapeReader(problems).read(FILE, root.orElseThrow(), Options.FILE);
    PipelineChecks.check(file, problems);
    Path folder = Path.of(fileName).toAbsolutePath().getParent();
    PipelineParser parser =
        new PipelineParser(problems, new Substitutions(environment, folder, problems));
    Map<String, String> kafka = parser.settings(file, "kafka", Options.KAFKA);
    Map<String, String> registry = parser.settings(file, "registry", Options.REGISTRY);
    problems.throwIfAny();
    return parser.pipeline(file, kafka, registry);
  }

  private Pipeline pipeline(Value file, Map<String, String> kafka, Map<String, String> registry) {
    Value input = file.get("input").orElseThrow();
    String name = file.text("name").orElseGet(() -> defaultName(input.text("topic").orElseThrow()));
    return new Pipeline(
        name,
        input(input),
        label(file.get("label").orElseThrow(), file.get("intervals")),
        model(file.get("model").filter(Value::isMap)),
        file.whole("batch").map(n -> OptionalInt.of(n.intValue())).orElse(OptionalInt.empty()),
        file.whole("seed").orElse(0L),
        file.whole("threads").orElse((long) Options.THREADS).intValue(),
        predictions(file.get("predictions")),
        snapshots(file.get("snapshots")),
        outputs(file.get("outputs"), name),
        kafka,
        registry);
  }

  /** A topic's letters are those of a name, but for the upper case. */
  static String defaultName(String topic) {
    String name = topic.toLowerCase(Locale.ROOT);
    return name.length() <= 200 ? name : name.substring(0, 200);
  }

  private static Pipeline.Input input(Value input) {
    Optional<List<Pipeline.Feature>> features =
        input
            .get("features")
            .filter(Value::isList)
            .map(list -> list.elements().stream().map(FeatureOptions::feature).toList());
    return new Pipeline.Input(
        input.text("topic").orElseThrow(), features, input.text("key"), input.text("timestamp"));
  }

  private static Pipeline.Label label(Value label, Optional<Value> intervals) {
    return new Pipeline.Label(
        label.text("field").orElseThrow(),
        FeatureOptions.texts(label.get("classes")),
        label.text("weight"),
        label.whole("delay").orElse(0L).intValue(),
        intervals
            .flatMap(i -> i.get("coverage"))
            .map(coverage -> (Double) coverage.content())
            .orElse(0.0),
        ImbalanceOptions.imbalance(label));
  }

  private static Pipeline.Model model(Optional<Value> model) {
    Optional<List<LayerSpec>> layers =
        model
            .flatMap(m -> m.get("layers"))
            .filter(Value::isList)
            .map(list -> list.elements().stream().map(LayerOptions::spec).toList());
    return new Pipeline.Model(
        layers,
        model.flatMap(m -> m.get("loss")).flatMap(PipelineParser::loss),
        model.flatMap(m -> m.get("optimizer")).flatMap(OptimizerOptions::spec));
  }

  private static Optional<LossSpec> loss(Value loss) {
    if (!loss.isMap()) {
      return loss.text().filter(word -> !word.equals(Options.AUTO)).map(LossSpec::of);
    }
    String name = lossName(loss).orElseThrow();
    Set<String> settings = LossSpec.defaults(name).keySet();
    return Optional.of(LossSpec.of(name, numbers(loss.get(name).orElseThrow(), settings)));
  }

  /** The loss that is named, alone or with its settings; empty for {@code auto}. */
  static Optional<String> lossName(Value loss) {
    return LossSpec.names().stream()
        .filter(name -> loss.get(name).isPresent() || loss.text().equals(Optional.of(name)))
        .findFirst();
  }

  /** Those of the settings that are stated. */
  private static Map<String, Double> numbers(Value stated, Set<String> settings) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String setting : settings) {
      stated.get(setting).ifPresent(value -> numbers.put(setting, number(value.content())));
    }
    return numbers;
  }

  private static double number(Object content) {
    return content instanceof Boolean flag ? (flag ? 1 : 0) : (Double) content;
  }

  private static PredictionDetail predictions(Optional<Value> predictions) {
    PredictionDetail none = PredictionDetail.NONE;
    return new PredictionDetail(
        predictions
            .flatMap(p -> p.whole("attributions"))
            .map(Long::intValue)
            .orElse(none.attributions()),
        predictions
            .flatMap(p -> p.whole("attribution_steps"))
            .map(Long::intValue)
            .orElse(none.attributionSteps()),
        predictions
            .flatMap(p -> p.get("expert_weights"))
            .map(flag -> (Boolean) flag.content())
            .orElse(none.expertWeights()));
  }

  private static Pipeline.Snapshots snapshots(Optional<Value> snapshots) {
    long every =
        snapshots
            .flatMap(s -> s.text("every"))
            .map(text -> Long.parseLong(text.split(" ")[0]))
            .orElse((long) Options.SNAPSHOT_STEPS);
    long keep = snapshots.flatMap(s -> s.whole("keep")).orElse((long) Options.SNAPSHOTS_KEPT);
    return new Pipeline.Snapshots(every, (int) keep);
  }

  static Pipeline.Outputs outputs(Optional<Value> outputs, String name) {
    Pipeline.Outputs defaults = Pipeline.Outputs.of(name);
    return new Pipeline.Outputs(
        outputs.flatMap(o -> o.text("predictions")).orElse(defaults.predictions()),
        outputs.flatMap(o -> o.text("metrics")).orElse(defaults.metrics()),
        outputs.flatMap(o -> o.text("snapshots")).orElse(defaults.snapshots()),
        outputs.flatMap(o -> o.text("dead_letters")).orElse(defaults.deadLetters()),
        outputs.flatMap(o -> o.text("control")).orElse(defaults.control()),
        outputs.flatMap(o -> o.text("control_log")).orElse(defaults.controlLog()));
  }

  private Map<String, String> settings(Value file, String section, Map<String, String> defaults) {
    Map<String, String> settings = new LinkedHashMap<>(defaults);
    if (file.get(section).map(Value::content).orElse(null) instanceof Map<?, ?> stated) {
      stated.forEach(
          (key, value) -> {
            Value v = (Value) value;
            String text = v.text().orElseThrow();
            String resolved = substitutions.apply(v.node(), text);
            if (section.equals("kafka") && problems.none()) {
              KafkaSettings.problem((String) key, text, resolved)
                  .ifPresent(problem -> problems.add(v.node(), problem));
            }
            settings.put((String) key, resolved);
          });
    }
    return settings;
  }
}
