package dev.millrace.topology.config;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSettings;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.feature.TokenSettings.Weight;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** Closes what a pipeline's features leave open, by the schema of its events. */
final class FeatureResolver {
  private final Pipeline pipeline;
  private final Schema schema;
  private final LabelSpec label;

  FeatureResolver(Pipeline pipeline, Schema schema, LabelSpec label) {
    this.pipeline = pipeline;
    this.schema = schema;
    this.label = label;
  }

  List<FeatureSpec> features() {
    Optional<List<Pipeline.Feature>> stated = pipeline.input().features();
    List<FeatureSpec> features = new ArrayList<>();
    if (stated.isPresent()) {
      stated.get().forEach(feature -> add(features, feature));
    } else {
      features.addAll(SchemaFeatures.of(schema, pipeline).taken());
    }
    if (features.isEmpty()) {
      throw mismatch(
          "no field can be a feature; fields: "
              + schema.getFields().stream().map(Schema.Field::name).toList());
    }
    return features;
  }

  private void add(List<FeatureSpec> features, Pipeline.Feature feature) {
    if (feature.type().equals(Optional.of(FeatureType.CROSS))) {
      features.add(
          FeatureSpec.cross(feature.as(), feature.more().cross(), feature.size().orElseThrow()));
      return;
    }
    if (feature.name().equals(label.field())) { // the checks let only a lag pass
      features.add(labelBefore(feature));
      return;
    }
    Schema field = SchemaPaths.find(schema, feature.name());
    for (FeatureSpec spec : specs(feature, field)) {
      boolean elsewhere = !spec.name().equals(feature.name());
      features.add(elsewhere ? spec.with(spec.settings().of(feature.name())) : spec);
    }
    if (feature.more().missing()) {
      features.add(
          FeatureSpec.numeric(feature.as() + ".missing")
              .with(FeatureSettings.NONE.of(feature.name()).asIndicator()));
    }
  }

  /** Of a class a category, of a number a number. */
  private FeatureSpec labelBefore(Pipeline.Feature feature) {
    int lag = feature.more().lag().orElseThrow();
    String name = feature.more().as().orElse(feature.name() + ".lag" + lag);
    if (label.isClassification()) {
      return FeatureSpec.oneHot(name, label.classes()).with(FeatureSettings.NONE.withLag(lag));
    }
    return numeric(name, feature);
  }

  private List<FeatureSpec> specs(Pipeline.Feature feature, Schema field) {
    String name = feature.as();
    Optional<FeatureType> stated = feature.type();
    if (stated.isEmpty()) {
      List<FeatureSpec> byType = SchemaFeatures.byType(name, field);
      boolean number = byType.size() == 1 && byType.getFirst().kind() == FeatureKind.NUMERIC;
      if (number) {
        return List.of(numeric(name(feature), feature));
      } else if (feature.more().lag().isPresent()) {
        throw mismatch("'%s' is no number; a lag is of a number or of the label".formatted(name));
      } else if (byType.isEmpty()) {
        throw mismatch("field '%s' cannot be a feature as it is: %s".formatted(name, field));
      }
      return byType;
    }
    return switch (stated.get()) {
      case NUMERIC -> List.of(numeric(name(feature), feature));
      case HASHED -> List.of(FeatureSpec.hashed(name, feature.size().orElse(Options.BUCKETS)));
      case GROWING ->
          List.of(FeatureSpec.growing(name, feature.size().orElseThrow(), feature.more().growth()));
      case ONE_HOT -> List.of(oneHot(name, feature, field));
      case VECTOR ->
          List.of(
              FeatureSpec.vector(
                  name, feature.size().orElseThrow(), feature.normalize().orElse(true)));
      case TEXT ->
          List.of(FeatureSpec.text(name, feature.size().orElseThrow(), tokens(feature, field)));
      case BAG ->
          List.of(FeatureSpec.bag(name, feature.size().orElseThrow(), tokens(feature, field)));
      case DISCRETIZED -> List.of(FeatureSpec.discretized(name, feature.more().bounds()));
      case TIME ->
          TimeFeatures.of(
              name,
              field,
              feature.more().parts(),
              feature.more().encoding(),
              feature.more().unit());
      case CROSS -> throw new AssertionError("a cross has no field");
    };
  }

  private static String name(Pipeline.Feature feature) {
    int lag = feature.more().lag().orElse(0);
    return feature.more().as().orElse(lag > 0 ? feature.name() + ".lag" + lag : feature.name());
  }

  private static FeatureSpec numeric(String name, Pipeline.Feature feature) {
    Pipeline.More more = feature.more();
    FeatureSettings settings =
        FeatureSettings.NONE.withScale(more.log1p(), more.robust()).withLag(more.lag().orElse(0));
    boolean normalize = more.robust() || feature.normalize().orElse(true);
    return new FeatureSpec(name, FeatureKind.NUMERIC, List.of(), 1, normalize, settings);
  }

  private static FeatureSpec oneHot(String name, Pipeline.Feature feature, Schema field) {
    if (feature.more().lag().isPresent()) {
      throw mismatch("'%s' is no label; only a label's category has a lag".formatted(name));
    }
    Schema type = AvroTypes.withoutNull(field);
    boolean symbols = feature.categories().isEmpty() && type.getType() == Schema.Type.ENUM;
    List<String> categories = symbols ? type.getEnumSymbols() : feature.categories();
    if (categories.isEmpty()) {
      throw mismatch(
          "one_hot '%s' needs its vocabulary: {name: %s, type: one_hot, categories: [A, B]}; or take it as hashed or growing"
              .formatted(name, name));
    }
    return FeatureSpec.oneHot(name, categories);
  }

  private static TokenSettings tokens(Pipeline.Feature feature, Schema field) {
    Pipeline.Tokens tokens = feature.more().tokens();
    return new TokenSettings(
        tokens.words(),
        tokens.charsMin(),
        tokens.charsMax(),
        tokens.weight().orElse(SchemaFeatures.isMapOfNumbers(field) ? Weight.COUNT : Weight.BINARY),
        tokens.idf());
  }

  private static BadEventException mismatch(String message) {
    return new BadEventException(Reason.SCHEMA_MISMATCH, message);
  }
}
