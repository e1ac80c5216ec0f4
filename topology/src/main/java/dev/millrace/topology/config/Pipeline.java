package dev.millrace.topology.config;

import dev.millrace.engine.PredictionDetail;
import dev.millrace.engine.feature.GrowthSettings;
import dev.millrace.engine.feature.TimePart;
import dev.millrace.engine.feature.TimeUnit;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A pipeline file as its user wrote it, checked and with the defaults that need no schema filled
 * in. What only the events' schema can tell (the type of a field, say) is still open; {@code
 * SpecResolver} closes it.
 *
 * @param batch rows a step learns from; empty for {@code auto}
 * @param threads how many share out a step of one model; no part of the model, whose bits are the
 *     same with any number
 * @param predictions what predictions tell beside; no part of the model
 * @param kafka the user's Kafka settings, passed through as they are
 * @param registry the user's schema-registry settings, passed through as they are
 */
public record Pipeline(
    String name,
    Input input,
    Label label,
    Model model,
    OptionalInt batch,
    long seed,
    int threads,
    PredictionDetail predictions,
    Snapshots snapshots,
    Outputs outputs,
    Map<String, String> kafka,
    Map<String, String> registry) {
  public Pipeline {
    kafka = Collections.unmodifiableMap(new LinkedHashMap<>(kafka));
    registry = Collections.unmodifiableMap(new LinkedHashMap<>(registry));
  }

  /** The same pipeline with other Kafka and registry settings. */
  public Pipeline connectedTo(Map<String, String> kafka, Map<String, String> registry) {
    return new Pipeline(
        name,
        input,
        label,
        model,
        batch,
        seed,
        threads,
        predictions,
        snapshots,
        outputs,
        kafka,
        registry);
  }

  /** The same pipeline with labels that come so many events late. */
  public Pipeline withDelay(int delay) {
    return new Pipeline(
        name,
        input,
        new Label(
            label.field(),
            label.classes(),
            label.weight(),
            delay,
            label.coverage(),
            label.imbalance()),
        model,
        batch,
        seed,
        threads,
        predictions,
        snapshots,
        outputs,
        kafka,
        registry);
  }

  /** Without the values of the settings, among which there may be passwords. */
  @Override
  public String toString() {
    return "Pipeline[name=%s, input=%s, label=%s, model=%s, batch=%s, seed=%d, threads=%d, predictions=%s, snapshots=%s, outputs=%s, kafka=%s, registry=%s]"
        .formatted(
            name,
            input,
            label,
            model,
            batch,
            seed,
            threads,
            predictions,
            snapshots,
            outputs,
            kafka.keySet(),
            registry.keySet());
  }

  /**
   * Where events come from.
   *
   * @param features the fields to learn from; empty for {@code all}: every field that can be a
   *     feature but the label, its weight, the key and the timestamp
   * @param key the field that {@code produce} makes the record's key; never a feature
   * @param timestamp the field that holds the event's time; never a feature
   */
  public record Input(
      String topic,
      Optional<List<Feature>> features,
      Optional<String> key,
      Optional<String> timestamp) {}

  /**
   * A field to learn from.
   *
   * @param name the field's dotted path; of a cross its features' names joined
   * @param type empty: by the schema
   * @param categories the vocabulary of a {@code one_hot}; empty otherwise, or to take an enum's
   *     symbols
   * @param size buckets of whatever is hashed, length of a {@code vector}, most texts of a {@code
   *     growing}
   * @param normalize empty: yes for numbers and vectors
   */
  public record Feature(
      String name,
      Optional<FeatureType> type,
      List<String> categories,
      OptionalInt size,
      Optional<Boolean> normalize,
      More more) {
    static Feature of(String name) {
      return new Feature(
          name, Optional.empty(), List.of(), OptionalInt.empty(), Optional.empty(), More.NONE);
    }

    /** What layers call it by. */
    public String as() {
      return more.as().orElse(name);
    }
  }

  /**
   * What some features say beside.
   *
   * @param as the feature's name, if it is not that of the field
   * @param robust whether outliers are kept from the statistics
   * @param log1p whether the number is taken as a logarithm
   * @param lag how many events ago the value is of
   * @param missing whether there is a number beside that says whether the field is missing
   * @param bounds of a {@code discretized}; empty for deciles
   * @param cross the features of a {@code cross}
   * @param parts of a {@code time}; empty for all that its type has
   * @param encoding how parts that come again are taken
   * @param unit what a number that is a time counts
   * @param growth when a {@code growing} takes and forgets texts
   */
  public record More(
      Optional<String> as,
      boolean robust,
      boolean log1p,
      OptionalInt lag,
      boolean missing,
      List<Double> bounds,
      List<String> cross,
      Tokens tokens,
      List<TimePart> parts,
      Optional<Encoding> encoding,
      Optional<TimeUnit> unit,
      GrowthSettings growth) {
    static final More NONE =
        new More(
            Optional.empty(),
            false,
            false,
            OptionalInt.empty(),
            false,
            List.of(),
            List.of(),
            new Tokens(1, 0, 0, Optional.empty(), false),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            GrowthSettings.NONE);
  }

  /**
   * The tokens of a {@code text} or {@code bag}.
   *
   * @param weight empty: 1, and of a map of numbers the number
   */
  public record Tokens(
      int words, int charsMin, int charsMax, Optional<TokenSettings.Weight> weight, boolean idf) {}

  /** How a part of a time that comes again becomes numbers. */
  public enum Encoding {
    ONE_HOT,
    CYCLIC;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The field to predict.
   *
   * @param classes the classes in the order of the outputs; empty: a regression, or the symbols of
   *     an enum, or false and true
   * @param weight the field that says how much an event counts in learning; empty: all count 1
   * @param delay how many events after its event a label is taken as known
   * @param coverage the share of labels within the bounds of their predictions; 0 for no bounds
   * @param imbalance what is done about rare classes
   */
  public record Label(
      String field,
      List<String> classes,
      Optional<String> weight,
      int delay,
      double coverage,
      Imbalance imbalance) {}

  /**
   * What is done about rare classes.
   *
   * @param classWeight by class, as they are stated; a class that is not has 1
   * @param balanced whether weights follow from how often classes come
   */
  public record Imbalance(
      Map<String, Double> classWeight,
      boolean balanced,
      Optional<ImbalanceSpec.Undersampling> undersampling,
      Optional<ImbalanceSpec.Threshold> threshold) {
    static final Imbalance NONE =
        new Imbalance(Map.of(), false, Optional.empty(), Optional.empty());

    public Imbalance {
      classWeight = Collections.unmodifiableMap(new LinkedHashMap<>(classWeight));
    }
  }

  /**
   * The network.
   *
   * @param layers the hidden layers; empty for {@code auto}. The output layer follows from the
   *     label
   * @param loss empty for {@code auto}: by the label
   * @param optimizer empty for {@code auto}
   */
  public record Model(
      Optional<List<LayerSpec>> layers,
      Optional<LossSpec> loss,
      Optional<OptimizerSpec> optimizer) {}

  /** A snapshot every so many steps, of which the newest are kept. */
  public record Snapshots(long everySteps, int keep) {}

  /** The topics that belong to the pipeline: it writes to all of them but reads {@code control}. */
  public record Outputs(
      String predictions,
      String metrics,
      String snapshots,
      String deadLetters,
      String control,
      String controlLog) {
    /** {@code <name>.predictions} and so on. */
    public static Outputs of(String pipelineName) {
      return new Outputs(
          pipelineName + ".predictions",
          pipelineName + ".metrics",
          pipelineName + ".snapshots",
          pipelineName + ".dead-letters",
          pipelineName + ".control",
          pipelineName + ".control-log");
    }
  }
}
