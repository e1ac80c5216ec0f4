package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.topology.decode.BadEventException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class SpecResolverTest {
  private static final Schema SCHEMA =
      SchemaBuilder.record("Sample")
          .fields()
          .optionalDouble("x")
          .requiredString("city")
          .requiredBoolean("open")
          .requiredBytes("raw")
          .name("size")
          .type(Schema.createEnum("Size", null, "test", List.of("S", "M", "L")))
          .noDefault()
          .requiredLong("id")
          .requiredInt("y")
          .endRecord();

  private static ModelSpec resolve(String more) {
    Pipeline pipeline = PipelineParser.parse("input: {topic: t%s\n".formatted(more), "p.yaml");
    return SpecResolver.resolve(pipeline, SCHEMA);
  }

  @Test
  void shouldTakeEveryFieldThatCanBeAFeatureButKeyAndLabel() {
    ModelSpec spec = resolve(", key: id}\nlabel: {field: y}");
    assertThat(spec.features())
        .containsExactly(
            FeatureSpec.numeric("x"),
            FeatureSpec.hashed("city", 256),
            FeatureSpec.numeric("open"),
            FeatureSpec.hashed("raw", 256),
            FeatureSpec.oneHot("size", List.of("S", "M", "L")));
    assertThat(spec.loss()).isEqualTo(LossSpec.MEAN_SQUARED_ERROR);
    assertThat(spec.layers()).isEmpty();
    assertThat(spec.panel()).isEqualTo(AutoPanel.of(spec.features(), 0, 0));
    assertThat(spec.batch()).isEqualTo(1);
    assertThat(spec.optimizer()).isNull();
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
  }

  @Test
  void shouldBeAPanelOnlyWhereNothingOfTheModelIsStated() {
    String classes = "}\nlabel: {field: size}\n";
    ModelSpec auto = resolve(classes);
    assertThat(auto.panel()).isEqualTo(AutoPanel.of(auto.features(), 3, 0));
    assertThat(auto.loss()).isEqualTo(LossSpec.CATEGORICAL_CROSSENTROPY);
    for (String same :
        List.of("model: auto", "model: {}", "model: {loss: auto, layers: auto, optimizer: auto}")) {
      assertThat(resolve(classes + same)).as(same).isEqualTo(auto);
    }
    for (String network :
        List.of("layers: []", "loss: categorical_focal_crossentropy", "optimizer: adam")) {
      ModelSpec spec = resolve(classes + "model: {%s}".formatted(network));
      assertThat(spec.panel()).as(network).isNull();
      assertThat(spec.layers()).as(network).isNotEmpty();
    }
    assertThat(resolve(classes + "batch: 16").batch()).isEqualTo(16);
    assertThat(resolve(classes + "seed: 9").panel()).isEqualTo(AutoPanel.of(auto.features(), 3, 9));
  }

  /** As any model that cannot be: the events are dead letters, and the message tells why. */
  @Test
  void shouldRefuseAPanelThatIsTooLargeBeforeAnyEventIsLearned() {
    String two =
        ", features: [{name: city, buckets: %d}, {name: id, type: growing, size: %d}, x]}\n"
            + "label: {field: y}";
    assertThat(resolve(two.formatted(1000, 1000)).panel()).isNotNull();
    assertThat(resolve(two.formatted(1 << 26, 1 << 20)).panel()).isNotNull(); // linear alone
    String most =
        IntStream.range(0, 9)
            .mapToObj(i -> "{name: t%d, type: hashed, buckets: %d}".formatted(i, 1 << 28))
            .collect(Collectors.joining(", ", "input: {topic: t, features: [", "]}\n"));
    SchemaBuilder.FieldAssembler<Schema> texts = SchemaBuilder.record("Texts").fields();
    IntStream.range(0, 9).forEach(i -> texts.requiredString("t" + i));
    Pipeline large = PipelineParser.parse(most + "label: {field: y}", "p.yaml");
    Schema many = texts.requiredDouble("y").endRecord();
    assertThatThrownBy(() -> SpecResolver.resolve(large, many))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining("features must have at most 1,073,741,824 categories");
  }

  @Test
  void shouldFindTheClassesOfTheSchemaThatAreWeighted() {
    LabelSpec label =
        resolve(
                "}\nlabel: {field: size, class_weight: {L: 20},"
                    + " undersampling: {rate: 0.1, classes: [M, S]}}")
            .label();
    assertThat(label.imbalance())
        .isEqualTo(
            new ImbalanceSpec(
                List.of(1.0, 1.0, 20.0),
                false,
                new ImbalanceSpec.Undersampling(0.1, List.of("M", "S"), true),
                null));
    assertThat(resolve("}\nlabel: {field: open, threshold: {metric: kappa}}").label().imbalance())
        .isEqualTo(
            new ImbalanceSpec(
                List.of(),
                false,
                null,
                new ImbalanceSpec.Threshold(null, ImbalanceSpec.Metric.KAPPA)));
    assertThat(resolve("}\nlabel: {field: open}").label().imbalance()).isNull();
  }

  @Test
  void shouldTellWhatTheLabelsClassesDoNotAllow() {
    assertThatThrownBy(() -> resolve("}\nlabel: {field: open, class_weight: {treu: 2}}"))
        .isInstanceOf(BadEventException.class)
        .hasMessage("label 'open': 'treu' is no class; classes: false, true; did you mean 'true'?");
    assertThatThrownBy(() -> resolve("}\nlabel: {field: size, threshold: 0.2}"))
        .hasMessage("label 'size': a threshold is between two classes, classes=3");
    assertThatThrownBy(() -> resolve("}\nlabel: {field: y, class_weight: balanced}"))
        .isInstanceOf(BadEventException.class)
        .hasMessage(
            "label 'y': class_weight, undersampling and threshold are of classes, the label is a"
                + " number");
  }

  @Test
  void shouldKeepTheWeightFromTheFeaturesAndAskForANumber() {
    ModelSpec spec = resolve("}\nlabel: {field: y, weight: x}");
    assertThat(spec.label().weight()).isEqualTo("x");
    assertThat(spec.features()).extracting(FeatureSpec::name).doesNotContain("x").contains("id");
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
    assertThatThrownBy(() -> resolve("}\nlabel: {field: y, weight: city}"))
        .hasMessageContaining("weight 'city' is \"string\"; expected a number");
    assertThatThrownBy(() -> resolve("}\nlabel: {field: y, weight: z}"))
        .hasMessageContaining("weight 'z' is no field of schema Sample");
  }

  @Test
  void shouldGiveALossTheOutputLayerThatItNeeds() {
    String two = "}\nlabel: {field: y, classes: [0, 1]}\nmodel: {loss: %s}";
    assertThat(resolve(two.formatted("binary_crossentropy")).layers().getLast())
        .isEqualTo(LayerSpec.dense(1, Activation.SIGMOID).at("dense_1", List.of("dense_0")));
    assertThat(resolve(two.formatted("categorical_crossentropy")).layers().getLast())
        .isEqualTo(LayerSpec.dense(2, Activation.SOFTMAX).at("dense_1", List.of("dense_0")));
    assertThat(resolve(two.formatted("squared_hinge")).layers().getLast())
        .isEqualTo(LayerSpec.dense(1, Activation.LINEAR).at("dense_1", List.of("dense_0")));
    assertThat(resolve(two.formatted("binary_focal_crossentropy")).layers().getLast())
        .isEqualTo(LayerSpec.dense(1, Activation.SIGMOID).at("dense_1", List.of("dense_0")));
    assertThat(resolve("}\nlabel: {field: size}\nmodel: {optimizer: sgd}").layers().getLast())
        .isEqualTo(LayerSpec.dense(3, Activation.SOFTMAX).at("dense_1", List.of("dense_0")));
    ModelSpec counts = resolve("}\nlabel: {field: y}\nmodel: {loss: poisson}");
    assertThat(counts.layers().getLast())
        .isEqualTo(LayerSpec.dense(1, Activation.EXPONENTIAL).at("dense_1", List.of("dense_0")));
    assertThat(counts.optimizer().name()).isEqualTo("adam");
  }

  @Test
  void shouldRefuseALossThatDoesNotGoWithTheLabelBeforeAnyEventIsLearned() {
    for (String wrong :
        List.of(
            "}\nlabel: {field: y}\nmodel: {loss: binary_crossentropy}",
            "}\nlabel: {field: size}\nmodel: {loss: {huber: {delta: 2}}}",
            "}\nlabel: {field: size}\nmodel: {loss: hinge}",
            "}\nlabel: {field: size}\nmodel: {loss: mean_squared_error}",
            "}\nlabel: {field: size}\nmodel: {loss: binary_crossentropy}")) {
      assertThatThrownBy(() -> resolve(wrong))
          .isInstanceOf(BadEventException.class)
          .hasMessageContaining("does not go with a label of")
          .hasMessageContaining("; expected ");
    }
  }

  @Test
  void shouldRefuseAOneHotThatHasNoVocabulary() {
    assertThatThrownBy(
            () -> resolve(", features: [{name: city, type: one_hot}]}\nlabel: {field: y}"))
        .hasMessageContaining("one_hot 'city' needs its vocabulary");
  }

  @Test
  void shouldTakeAGrowingFeatureWithTheTextsItMayKnowAndTwoCategoriesMore() {
    ModelSpec spec =
        resolve(
            ", features: [{name: id, type: growing, size: 1000}]}\nlabel: {field: y}\n"
                + "model: {layers: [{embedding: 4}]}");
    assertThat(spec.features()).containsExactly(FeatureSpec.growing("id", 1000));
    assertThat(spec.parameterCount()).isEqualTo(1002 * 4 + 4 + 1);
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
    assertThat(spec.toJson()).contains("\"kind\":\"growing\",\"categories\":[],\"size\":1002");
    assertThat(spec.toJson()).as("nothing more").doesNotContain("growth");
  }

  @Test
  void shouldLearnFromMoreRowsAStepWhereTheModelIsLarge() {
    String large = "}\nlabel: {field: y}\nmodel: {layers: [{dense: 512}, {dense: 512}]}";
    assertThat(resolve(large).batch()).isEqualTo(32);
    String wide =
        ", features: [{name: city, buckets: 1000000}]}\nlabel: {field: y}\n"
            + "model: {layers: [{dense: 512}]}";
    assertThat(resolve(wide).batch()).as("an event meets one row of the table").isEqualTo(1);
  }

  @Test
  void shouldLetAnOutputLayerOfLeastSquaresBeTheLastOne() {
    String layers = "}\nlabel: {field: %s}\nmodel: {layers: [{recursive_least_squares: {}}]}";
    ModelSpec spec = resolve(layers.formatted("y"));
    assertThat(spec.layers())
        .containsExactly(
            LayerSpec.recursiveLeastSquares().at("recursive_least_squares_0", List.of("features")));
    assertThat(spec.batch()).isEqualTo(1);
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
    assertThat(spec.networkBytes()).isGreaterThan(4L * 264 * 264);
    assertThatThrownBy(() -> resolve(layers.formatted("open")))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining("recursive_least_squares learns a number by mean_squared_error");
    assertThatThrownBy(
            () -> resolve(", features: [{name: city, buckets: 4096}]" + layers.formatted("y")))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining(
            "layer 'recursive_least_squares_0' reads at most 2,048 columns, of which an event costs"
                + " the square, columns=4,096");
  }

  @Test
  void shouldTellWhichLayerCannotReadWhatItNames() {
    String layers = "}\nlabel: {field: y}\nmodel: {layers: [%s]}";
    assertThatThrownBy(() -> resolve(layers.formatted("{embedding: 2, inputs: [citi]}")))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining(
            "layer 'embedding_0' reads 'citi', which is neither a layer before it")
        .hasMessageContaining("city");
    assertThatThrownBy(() -> resolve(layers.formatted("{embedding: 2, inputs: [numbers]}")))
        .hasMessageContaining("layer 'embedding_0' reads categories");
    assertThatThrownBy(
            () -> resolve(layers.formatted("{dense: 2}, {dense: 3, inputs: [features]}")))
        .hasMessage("nothing reads layer 'dense_0'");
  }
}
