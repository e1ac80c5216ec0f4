package dev.millrace.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.Optimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.ExpertSpec;
import dev.millrace.engine.panel.PanelSpec;
import dev.millrace.engine.state.Digest;
import dev.millrace.engine.state.StateException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * All that decides what a model becomes from a given log, with nothing left open: two models of the
 * same spec that see the same events hold the same bits.
 *
 * @param layers the hidden layers and the output layer; none if there is a panel
 * @param optimizer null if there is a panel
 * @param batch rows a step learns from
 * @param panel the networks that are mixed; null if there is one network
 */
public record ModelSpec(
    List<FeatureSpec> features,
    LabelSpec label,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LayerSpec> layers,
    LossSpec loss,
    @JsonInclude(JsonInclude.Include.NON_NULL) OptimizerSpec optimizer,
    int batch,
    long seed,
    @JsonInclude(JsonInclude.Include.NON_NULL) PanelSpec panel) {
  /** Most numbers a row may have: a row of the pending batch is one block in the state store. */
  public static final int WIDTH_MAX = 1 << 17;

  /** Most categories that all fields may have together. */
  public static final int CATEGORIES_MAX = 1 << 30;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .build();

  @JsonCreator
  public ModelSpec {
    features = List.copyOf(features);
    layers = layers == null ? List.of() : Layers.resolve(layers);
    if ((panel == null) != (optimizer != null) || (panel == null) == layers.isEmpty()) {
      throw new IllegalArgumentException("a model is either layers with an optimizer, or a panel");
    }
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, batch=" + batch);
    }
    requireFitting(loss, label);
    if (panel == null) {
      loss.requireFor(layers.getLast());
      requireThatTextsStay(features, layers.getLast());
    }
    if (features.stream().anyMatch(feature -> feature.path().equals(label.weight()))) {
      throw new IllegalArgumentException(
          "the weight of an event cannot be a feature, field=" + label.weight());
    }
    requireKnownLags(features, label);
    requireSizes(features);
    requireNames(features);
  }

  private static void requireKnownLags(List<FeatureSpec> features, LabelSpec label) {
    for (FeatureSpec feature : features) {
      int lag = feature.settings().lag();
      if (lag > 0 && lag <= label.delay() && feature.settings().field() == null) {
        throw new IllegalArgumentException(
            "feature '%s' is the label of %d events before, which comes %d events late; expected a lag above %d"
                .formatted(feature.name(), lag, label.delay(), label.delay()));
      }
    }
  }

  /** What is solved exactly holds every pair of columns, and none of them can begin anew. */
  private static void requireThatTextsStay(List<FeatureSpec> features, LayerSpec last) {
    for (FeatureSpec feature : features) {
      if (last instanceof LayerSpec.RecursiveLeastSquares
          && feature.settings().growthOrNone().expireAfter() > 0) {
        throw new IllegalArgumentException(
            "feature '%s' forgets texts, and recursive_least_squares cannot; expected no expire_after, or another last layer"
                .formatted(feature.name()));
      }
    }
  }

  private static void requireNames(List<FeatureSpec> features) {
    Set<String> names = new HashSet<>();
    for (FeatureSpec feature : features) {
      if (!names.add(feature.name())) {
        throw new IllegalArgumentException(
            "two features have one name; give one of them another by 'as', feature="
                + feature.name());
      }
    }
  }

  /** A model of one network. */
  public ModelSpec(
      List<FeatureSpec> features,
      LabelSpec label,
      List<LayerSpec> layers,
      LossSpec loss,
      OptimizerSpec optimizer,
      int batch,
      long seed) {
    this(features, label, layers, loss, optimizer, batch, seed, null);
  }

  /** A model of several networks that are mixed. */
  public ModelSpec(
      List<FeatureSpec> features,
      LabelSpec label,
      LossSpec loss,
      PanelSpec panel,
      int batch,
      long seed) {
    this(features, label, List.of(), loss, null, batch, seed, panel);
  }

  /**
   * Refuses features whose rows are too long.
   *
   * @throws IllegalArgumentException if there are none or too many columns or categories
   */
  public static void requireSizes(List<FeatureSpec> features) {
    long width = 0;
    long categories = 0;
    for (FeatureSpec feature : features) {
      width += feature.kind().isCategory() ? 0 : feature.size();
      categories += feature.kind().isCategory() ? feature.size() : 0;
    }
    if (features.isEmpty() || width > WIDTH_MAX) {
      throw new IllegalArgumentException(
          "features must take 1 to %,d columns, columns=%,d".formatted(WIDTH_MAX, width));
    }
    if (categories > CATEGORIES_MAX) {
      throw new IllegalArgumentException(
          "features must have at most %,d categories, categories=%,d"
              .formatted(CATEGORIES_MAX, categories));
    }
  }

  private static void requireFitting(LossSpec loss, LabelSpec label) {
    int classes = label.classes().size();
    if (!loss.kind().fits(classes)) {
      throw new IllegalArgumentException(
          "%s does not go with a label of %s; expected %s"
              .formatted(
                  loss.name(),
                  classes == 0 ? "numbers" : classes + " classes",
                  String.join(", ", LossSpec.namesFor(classes))));
    }
  }

  /**
   * The layers with the output layer of the loss: a softmax over the classes, or one unit, sigmoid
   * for yes or no, exponential for a count and linear for a margin or a value. Layers that end with
   * an output layer stay as they are.
   */
  public static List<LayerSpec> withOutput(List<LayerSpec> hidden, LabelSpec label, LossSpec loss) {
    if (!hidden.isEmpty() && hidden.getLast() instanceof LayerSpec.RecursiveLeastSquares) {
      return hidden;
    }
    List<LayerSpec> layers = new ArrayList<>(hidden);
    layers.add(
        switch (loss.kind()) {
          case CLASSES -> LayerSpec.dense(Math.max(2, label.classes().size()), Activation.SOFTMAX);
          case YES_OR_NO -> LayerSpec.dense(1, Activation.SIGMOID);
          case MARGIN, VALUE -> LayerSpec.dense(1, Activation.LINEAR);
          case COUNT -> LayerSpec.dense(1, Activation.EXPONENTIAL);
        });
    return layers;
  }

  /** The loss that goes with the label: Keras' cross-entropies, or the mean squared error. */
  public static LossSpec defaultLoss(LabelSpec label) {
    return switch (label.classes().size()) {
      case 0 -> LossSpec.MEAN_SQUARED_ERROR;
      case 2 -> LossSpec.BINARY_CROSSENTROPY;
      default -> LossSpec.CATEGORICAL_CROSSENTROPY;
    };
  }

  /** The same model with another batch. */
  public ModelSpec withBatch(int rows) {
    return new ModelSpec(features, label, layers, loss, optimizer, rows, seed, panel);
  }

  /** The same model with another optimiser. */
  public ModelSpec withOptimizer(OptimizerSpec other) {
    return new ModelSpec(features, label, layers, loss, other, batch, seed);
  }

  /**
   * The same model for predictions alone: by plain gradient descent, which keeps nothing beside the
   * weights.
   */
  public ModelSpec withoutSlots() {
    OptimizerSpec plain = OptimizerSpec.of("sgd");
    if (panel == null) {
      return withOptimizer(plain);
    }
    List<ExpertSpec> experts =
        panel.experts().stream()
            .map(e -> new ExpertSpec(e.name(), e.layers(), e.loss(), plain))
            .toList();
    PanelSpec without = new PanelSpec(experts, panel.expansion());
    return new ModelSpec(features, label, layers, loss, null, batch, seed, without);
  }

  /** The places of the features, and of what the experts of a panel read beside them. */
  public FeatureSpace space() {
    return new FeatureSpace(features, Optional.ofNullable(panel).map(PanelSpec::expansion));
  }

  private List<ExpertSpec> networks() {
    return panel == null
        ? List.of(new ExpertSpec("network", layers, loss, optimizer))
        : panel.experts();
  }

  /** How many numbers the optimiser learns. */
  public long parameterCount() {
    FeatureSpace space = space();
    return networks().stream()
        .mapToLong(n -> Layers.parameterCount(n.layers(), space.width(), space.categories()))
        .sum();
  }

  /**
   * How many of them an event of one category a field meets: of tables one row a field, which is
   * what its cost follows.
   */
  public long activeParameterCount() {
    FeatureSpace space = new FeatureSpace(features);
    SequencedMap<String, Integer> active = new LinkedHashMap<>(space.categories());
    active.replaceAll((field, size) -> 1);
    return Layers.parameterCount(layers, space.width(), active);
  }

  /**
   * Bytes that the state of the network can take: every number that it learns, with the optimiser's
   * slots, and those that layers keep. Of tables only touched blocks are stored, so it may be less.
   */
  public long networkBytes() {
    FeatureSpace space = space();
    return networks().stream()
        .mapToLong(
            n ->
                Layers.stateBytes(
                    n.layers(),
                    space.width(),
                    space.categories(),
                    Optimizer.of(n.optimizer()).slotNames().size()))
        .sum();
  }

  /** The same model where a growing feature knows at most so many texts. */
  public ModelSpec withTextsAtMost(int texts) {
    List<FeatureSpec> fewer =
        features.stream()
            .map(
                feature ->
                    feature.kind() == FeatureKind.GROWING && feature.texts() > texts
                        ? feature.withSize(FeatureSpec.growing(feature.name(), texts).size())
                        : feature)
            .toList();
    return new ModelSpec(fewer, label, layers, loss, optimizer, batch, seed, panel);
  }

  /** The spec as JSON: fields in the order of this record, no white space. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a spec is always JSON", e);
    }
  }

  /**
   * The spec that {@link #toJson} wrote.
   *
   * @throws StateException if the text is no spec
   */
  public static ModelSpec fromJson(String json) {
    try {
      return JSON.readValue(json, ModelSpec.class);
    } catch (JsonProcessingException e) {
      throw new StateException("not the spec of a model: " + e.getOriginalMessage(), e);
    }
  }

  /** SHA-256 of {@link #toJson}, in hexadecimal. */
  public String hash() {
    return Digest.hex(Digest.sha256(toJson().getBytes(StandardCharsets.UTF_8)));
  }
}
