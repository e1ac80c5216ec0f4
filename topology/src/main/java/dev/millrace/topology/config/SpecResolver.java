package dev.millrace.topology.config;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.panel.PanelSpec;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Closes what a pipeline file leaves open, by the schema of its events: the type of each feature,
 * the classes of the label, and whatever is {@code auto}.
 */
public final class SpecResolver {
  /** Slots of a text feature whose number of buckets is not stated. */
  static final int BUCKETS_DEFAULT = Options.BUCKETS;

  /** Units of the hidden layer of {@code model: auto}. */
  static final int UNITS_AUTO = 64;

  private static final double RATE_CLASSIFICATION = 0.05;
  private static final double NORM_CLASSIFICATION = 40;
  private static final double RATE_REGRESSION = 0.01;
  private static final double NORM_REGRESSION = 20;

  /** Models of up to so many parameters learn from each event alone under {@code batch: auto}. */
  static final long BATCH_ONE_PARAMETERS_MAX = 100_000;

  /** Rows a step of a larger model learns from under {@code batch: auto}. */
  static final int BATCH_AUTO = 32;

  private final Pipeline pipeline;
  private final Schema schema;

  private SpecResolver(Pipeline pipeline, Schema schema) {
    this.pipeline = pipeline;
    this.schema = schema;
  }

  /**
   * The model that the pipeline states for events of the schema.
   *
   * @throws BadEventException if the schema cannot give what the pipeline reads
   */
  public static ModelSpec resolve(Pipeline pipeline, Schema schema) {
    if (schema.getType() != Schema.Type.RECORD) {
      throw mismatch("an event must be an Avro record, the schema is " + schema.getType());
    }
    return new SpecResolver(pipeline, schema).resolve();
  }

  private ModelSpec resolve() {
    LabelSpec label = label();
    List<FeatureSpec> features = features();
    if (isAuto()) {
      return auto(features, label);
    }
    LossSpec loss = pipeline.model().loss().orElse(ModelSpec.defaultLoss(label));
    List<LayerSpec> hidden =
        pipeline.model().layers().orElse(List.of(LayerSpec.dense(UNITS_AUTO, Activation.RELU)));
    List<LayerSpec> layers = ModelSpec.withOutput(hidden, label, loss);
    OptimizerSpec optimizer =
        pipeline.model().optimizer().orElseGet(() -> optimizer(loss, features));
    try {
      ModelSpec spec = new ModelSpec(features, label, layers, loss, optimizer, 1, pipeline.seed());
      long parameters = spec.parameterCount(); // builds the layers, and so finds what cannot be
      return spec.withBatch(pipeline.batch().orElseGet(() -> batch(parameters)));
    } catch (IllegalArgumentException e) {
      throw mismatch(e.getMessage());
    }
  }

  private boolean isAuto() {
    Pipeline.Model model = pipeline.model();
    return model.layers().isEmpty() && model.loss().isEmpty() && model.optimizer().isEmpty();
  }

  private ModelSpec auto(List<FeatureSpec> features, LabelSpec label) {
    PanelSpec panel = AutoPanel.of(features, label.classes().size(), pipeline.seed());
    try {
      return new ModelSpec(
          features,
          label,
          ModelSpec.defaultLoss(label),
          panel,
          pipeline.batch().orElse(1),
          pipeline.seed());
    } catch (IllegalArgumentException e) {
      throw mismatch(e.getMessage());
    }
  }

  /**
   * Plain SGD at a constant rate, which follows a drifting stream better than Adam does. The rate
   * falls with the expected squared norm of a row (one for each number and each text), beyond which
   * a step would overshoot. A count's gradient grows with the count, which has no bound that is
   * known before; there Adam's steps, whose size does not depend on it, are safe.
   */
  private static OptimizerSpec optimizer(LossSpec loss, List<FeatureSpec> features) {
    double norm =
        features.stream().mapToDouble(f -> f.kind() == FeatureKind.VECTOR ? f.size() : 1).sum();
    return switch (loss.kind()) {
      case CLASSES, YES_OR_NO, MARGIN ->
          sgd(RATE_CLASSIFICATION / Math.max(1, norm / NORM_CLASSIFICATION));
      case VALUE -> sgd(RATE_REGRESSION / Math.max(1, norm / NORM_REGRESSION));
      case COUNT -> OptimizerSpec.of("adam");
    };
  }

  private static OptimizerSpec sgd(double rate) {
    return OptimizerSpec.of("sgd", Map.of("learning_rate", rate));
  }

  private static int batch(long parameters) {
    return parameters <= BATCH_ONE_PARAMETERS_MAX ? 1 : BATCH_AUTO;
  }

  private LabelSpec label() {
    String name = pipeline.label().field();
    Schema.Field field = field(name, "label");
    List<String> classes = pipeline.label().classes();
    if (classes.isEmpty()) {
      Schema type = withoutNull(field.schema());
      classes =
          switch (type.getType()) {
            case ENUM -> type.getEnumSymbols();
            case BOOLEAN -> List.of("false", "true");
            case INT, LONG, FLOAT, DOUBLE -> List.of();
            default ->
                throw mismatch(
                    "label '%s' is %s; state its classes: label: {field: %s, classes: [A, B]}"
                        .formatted(name, type, name));
          };
    }
    pipeline.label().weight().ifPresent(this::requireWeight);
    String weight = pipeline.label().weight().orElse(null);
    return new LabelSpec(
        name, classes, weight, pipeline.label().delay(), pipeline.label().coverage());
  }

  private void requireWeight(String name) {
    Schema type = withoutNull(field(name, "weight").schema());
    switch (type.getType()) {
      case INT, LONG, FLOAT, DOUBLE -> {}
      default -> throw mismatch("weight '%s' is %s; expected a number".formatted(name, type));
    }
  }

  private List<FeatureSpec> features() {
    List<FeatureSpec> features = new ArrayList<>();
    Optional<List<Pipeline.Feature>> stated = pipeline.input().features();
    if (stated.isPresent()) {
      for (Pipeline.Feature feature : stated.get()) {
        features.add(feature(feature));
      }
    } else {
      for (Schema.Field field : schema.getFields()) {
        if (!isReserved(field.name())) {
          byType(field.name(), withoutNull(field.schema())).ifPresent(features::add);
        }
      }
    }
    if (features.isEmpty()) {
      throw mismatch("no field can be a feature; fields: " + names());
    }
    return features;
  }

  private boolean isReserved(String name) {
    return name.equals(pipeline.label().field())
        || pipeline.label().weight().filter(name::equals).isPresent()
        || pipeline.input().key().filter(name::equals).isPresent()
        || pipeline.input().timestamp().filter(name::equals).isPresent();
  }

  private FeatureSpec feature(Pipeline.Feature feature) {
    String name = feature.name();
    Schema type = withoutNull(field(name, "feature").schema());
    boolean normalize = feature.normalize().orElse(true);
    FeatureKind kind =
        feature
            .type()
            .or(() -> byType(name, type).map(FeatureSpec::kind))
            .or(() -> kindOfArray(type))
            .orElseThrow(() -> mismatch("field '" + name + "' cannot be a feature: " + type));
    return switch (kind) {
      case NUMERIC -> new FeatureSpec(name, kind, List.of(), 1, normalize);
      case HASHED -> FeatureSpec.hashed(name, feature.size().orElse(BUCKETS_DEFAULT));
      case GROWING -> FeatureSpec.growing(name, feature.size().orElseThrow());
      case ONE_HOT -> {
        boolean symbols = feature.categories().isEmpty() && type.getType() == Schema.Type.ENUM;
        List<String> categories = symbols ? type.getEnumSymbols() : feature.categories();
        if (categories.isEmpty()) {
          throw mismatch(
              "one_hot '%s' needs its vocabulary: {name: %s, type: one_hot, categories: [A, B]}; or take it as hashed or growing"
                  .formatted(name, name));
        }
        yield FeatureSpec.oneHot(name, categories);
      }
      case VECTOR ->
          FeatureSpec.vector(
              name,
              feature
                  .size()
                  .orElseThrow(
                      () ->
                          mismatch(
                              "vector '%s' needs its length: {name: %s, type: vector, size: N}"
                                  .formatted(name, name))),
              normalize);
    };
  }

  private static Optional<FeatureKind> kindOfArray(Schema type) {
    return type.getType() == Schema.Type.ARRAY ? Optional.of(FeatureKind.VECTOR) : Optional.empty();
  }

  /** The feature that a field is if nothing is said of it; none if it cannot be one. */
  private static Optional<FeatureSpec> byType(String name, Schema type) {
    return switch (type.getType()) {
      case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> Optional.of(FeatureSpec.numeric(name));
      case STRING -> Optional.of(FeatureSpec.hashed(name, BUCKETS_DEFAULT));
      case ENUM -> Optional.of(FeatureSpec.oneHot(name, type.getEnumSymbols()));
      default -> Optional.empty();
    };
  }

  private Schema.Field field(String name, String role) {
    Schema.Field field = schema.getField(name);
    if (field == null) {
      throw mismatch(
          "%s '%s' is no field of schema %s; fields: %s"
              .formatted(role, name, schema.getFullName(), names()));
    }
    return field;
  }

  private List<String> names() {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }

  /** The one branch of a union beside null, or the schema itself. */
  public static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? branches.getFirst() : schema;
  }

  private static BadEventException mismatch(String message) {
    return new BadEventException(Reason.SCHEMA_MISMATCH, message);
  }
}
