package dev.millrace.topology.config;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.panel.PanelSpec;
import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Closes what a pipeline file leaves open, by the schema of its events: the type of each feature,
 * the classes of the label, and whatever is {@code auto}.
 */
public final class SpecResolver {
  /** Units of the hidden layer of {@code model: auto}. */
  static final int UNITS_AUTO = 64;

  private static final double RATE_CLASSIFICATION = 0.05;
  private static final double NORM_CLASSIFICATION = 40;
  private static final double RATE_REGRESSION = 0.01;
  private static final double NORM_REGRESSION = 20;

  /** Tokens that a text is expected to have. */
  private static final double TOKENS = 16;

  /**
   * Models of which an event meets up to so many parameters learn from each event alone under
   * {@code batch: auto}.
   */
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
    List<FeatureSpec> features = new FeatureResolver(pipeline, schema, label).features();
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
      spec.parameterCount(); // builds the layers, and so finds what cannot be
      return spec.withBatch(pipeline.batch().orElseGet(() -> batch(spec.activeParameterCount())));
    } catch (IllegalArgumentException e) {
      throw mismatch(e.getMessage());
    }
  }

  private boolean isAuto() {
    Pipeline.Model model = pipeline.model();
    return model.layers().isEmpty() && model.loss().isEmpty() && model.optimizer().isEmpty();
  }

  private ModelSpec auto(List<FeatureSpec> features, LabelSpec label) {
    try {
      ModelSpec.requireSizes(features);
      PanelSpec panel = AutoPanel.of(features, label.classes().size(), pipeline.seed());
      LossSpec loss = ModelSpec.defaultLoss(label);
      int batch = pipeline.batch().orElse(1);
      ModelSpec spec = new ModelSpec(features, label, loss, panel, batch, pipeline.seed());
      spec.parameterCount(); // builds the layers, and so finds what cannot be
      return spec;
    } catch (IllegalArgumentException e) {
      throw mismatch(e.getMessage());
    }
  }

  /**
   * Plain SGD at a constant rate, which follows a drifting stream better than Adam does. The rate
   * falls with the expected squared norm of a row (one for each number and category), beyond which
   * a step would overshoot. A count's gradient grows with the count, which has no bound that is
   * known before; there Adam's steps, whose size does not depend on it, are safe.
   */
  private static OptimizerSpec optimizer(LossSpec loss, List<FeatureSpec> features) {
    double norm = features.stream().mapToDouble(SpecResolver::norm).sum();
    return switch (loss.kind()) {
      case CLASSES, YES_OR_NO, MARGIN ->
          sgd(RATE_CLASSIFICATION / Math.max(1, norm / NORM_CLASSIFICATION));
      case VALUE -> sgd(RATE_REGRESSION / Math.max(1, norm / NORM_REGRESSION));
      case COUNT -> OptimizerSpec.of("adam");
    };
  }

  private static double norm(FeatureSpec feature) {
    return switch (feature.kind()) {
      case VECTOR -> feature.size();
      case TEXT -> TOKENS;
      default -> 1;
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
      Schema type = AvroTypes.withoutNull(field.schema());
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
    try {
      return new LabelSpec(
          name,
          classes,
          weight,
          pipeline.label().delay(),
          pipeline.label().coverage(),
          ImbalanceOptions.spec(pipeline.label().imbalance(), classes));
    } catch (IllegalArgumentException e) {
      throw mismatch("label '%s': %s".formatted(name, e.getMessage()));
    }
  }

  private void requireWeight(String name) {
    Schema type = AvroTypes.withoutNull(field(name, "weight").schema());
    switch (type.getType()) {
      case INT, LONG, FLOAT, DOUBLE -> {}
      default -> throw mismatch("weight '%s' is %s; expected a number".formatted(name, type));
    }
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

  private static BadEventException mismatch(String message) {
    return new BadEventException(Reason.SCHEMA_MISMATCH, message);
  }
}
