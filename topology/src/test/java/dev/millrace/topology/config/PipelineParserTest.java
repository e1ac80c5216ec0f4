package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.PredictionDetail;
import dev.millrace.engine.feature.GrowthSettings;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.LearningRate;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineParserTest {
  private static final String DESIGN_EXAMPLE =
      """
      name: elec2
      input:  {topic: electricity, features: all}
      label:  {field: class, classes: [DOWN, UP]}
      model:
        layers: [{dense: 64, activation: relu}, {dense: 32, activation: relu}]
        loss: auto
        optimizer: {adam: {learning_rate: 0.001}}
      batch: 32
      snapshots: {every: 1000 steps, keep: 10}
      kafka: {bootstrap.servers: "localhost:9092"}
      registry: {schema.registry.url: "http://localhost:8081"}
      """;

  private static Pipeline parse(String text) {
    return PipelineParser.parse(text, "p.yaml", Map.of("PASSWORD", "hunter2"));
  }

  @Test
  void shouldReadTheExampleOfTheDesign() {
    Pipeline pipeline = parse(DESIGN_EXAMPLE);
    assertThat(pipeline.name()).isEqualTo("elec2");
    assertThat(pipeline.input().topic()).isEqualTo("electricity");
    assertThat(pipeline.input().features()).isEmpty();
    assertThat(pipeline.label())
        .isEqualTo(
            new Pipeline.Label(
                "class", List.of("DOWN", "UP"), Optional.empty(), 0, 0, Pipeline.Imbalance.NONE));
    assertThat(pipeline.model().layers())
        .contains(
            List.of(LayerSpec.dense(64, Activation.RELU), LayerSpec.dense(32, Activation.RELU)));
    assertThat(pipeline.model().loss()).isEmpty();
    assertThat(pipeline.model().optimizer())
        .contains(OptimizerSpec.of("adam", Map.of("learning_rate", 0.001)));
    assertThat(pipeline.batch()).hasValue(32);
    assertThat(pipeline.snapshots()).isEqualTo(new Pipeline.Snapshots(1000, 10));
    assertThat(pipeline.kafka()).containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void shouldFillInDefaultsWhenOnlyTopicAndLabelAreStated() {
    Pipeline pipeline = parse("input: {topic: Clicks.v1}\nlabel: {field: click}\n");
    assertThat(pipeline.name()).isEqualTo("clicks.v1");
    assertThat(pipeline.label().classes()).isEmpty();
    assertThat(pipeline.batch()).isEmpty();
    assertThat(pipeline.seed()).isZero();
    assertThat(pipeline.threads()).isEqualTo(1);
    assertThat(pipeline.predictions()).isEqualTo(PredictionDetail.NONE);
    assertThat(pipeline.model().layers()).isEmpty();
    assertThat(pipeline.outputs().deadLetters()).isEqualTo("clicks.v1.dead-letters");
    assertThat(pipeline.snapshots()).isEqualTo(new Pipeline.Snapshots(1000, 10));
    assertThat(pipeline.kafka()).containsOnly(Map.entry("bootstrap.servers", "localhost:9092"));
    assertThat(pipeline.registry())
        .containsOnly(Map.entry("schema.registry.url", "http://localhost:8081"));
  }

  @Test
  void shouldReadEveryKindOfFeature() {
    Pipeline pipeline =
        parse(
            """
            input:
              topic: t
              key: k
              timestamp: at
              features:
                - plain
                - {name: a, type: numeric, normalize: false}
                - {name: b, categories: [x, 1, "null"]}
                - {name: c, type: hashed, buckets: 64}
                - {name: d, type: vector, size: 3}
                - {name: e, type: hashed}
                - {name: f, type: growing, size: 5000}
                - {name: g, size: 50, min_count: 3, expire_after: 100000}
            label: {field: y, classes: [0, 1]}
            model: {layers: [{dense: 8}], loss: binary_crossentropy, optimizer: sgd}
            batch: auto
            seed: -7
            threads: 3
            predictions: {attributions: 5, attribution_steps: 32, expert_weights: true}
            outputs: {predictions: out}
            """);
    List<Pipeline.Feature> features = pipeline.input().features().orElseThrow();
    assertThat(features)
        .extracting(Pipeline.Feature::name)
        .containsExactly("plain", "a", "b", "c", "d", "e", "f", "g");
    assertThat(features.get(0).type()).isEmpty();
    assertThat(features.get(1).normalize()).contains(false);
    assertThat(features.get(2).type()).contains(FeatureType.ONE_HOT);
    assertThat(features.get(2).categories()).containsExactly("x", "1", "null");
    assertThat(features.get(3).size()).isEqualTo(OptionalInt.of(64));
    assertThat(features.get(4).size()).isEqualTo(OptionalInt.of(3));
    assertThat(features.get(5).size()).isEqualTo(OptionalInt.of(256));
    assertThat(features.get(6).type()).contains(FeatureType.GROWING);
    assertThat(features.get(6).size()).isEqualTo(OptionalInt.of(5000));
    assertThat(features.get(6).more().growth()).isEqualTo(GrowthSettings.NONE);
    assertThat(features.get(7).type()).contains(FeatureType.GROWING);
    assertThat(features.get(7).more().growth()).isEqualTo(new GrowthSettings(3, 100_000));
    assertThat(pipeline.input().key()).contains("k");
    assertThat(pipeline.input().timestamp()).contains("at");
    assertThat(pipeline.label().classes()).containsExactly("0", "1");
    assertThat(pipeline.model().loss()).contains(LossSpec.BINARY_CROSSENTROPY);
    assertThat(pipeline.model().layers()).contains(List.of(LayerSpec.dense(8, Activation.RELU)));
    assertThat(pipeline.seed()).isEqualTo(-7);
    assertThat(pipeline.threads()).isEqualTo(3);
    assertThat(pipeline.connectedTo(Map.of(), Map.of()).threads()).isEqualTo(3);
    assertThat(pipeline.toString()).contains("threads=3");
    assertThat(pipeline.predictions()).isEqualTo(new PredictionDetail(5, 32, true));
    assertThat(pipeline.withDelay(3).predictions()).isEqualTo(pipeline.predictions());
    assertThat(pipeline.outputs().predictions()).isEqualTo("out");
    assertThat(pipeline.outputs().metrics()).isEqualTo("t.metrics");
  }

  @Test
  void shouldReadALossByItsNameOrWithItsSettingsAndTheFieldOfTheWeight() {
    String label = "input: {topic: t}\nlabel: {field: y, weight: w}\nmodel: {loss: %s}\n";
    Pipeline pipeline = parse(label.formatted("{huber: {delta: 2.0}}"));
    assertThat(pipeline.label().weight()).contains("w");
    assertThat(pipeline.model().loss()).contains(LossSpec.of("huber", Map.of("delta", 2.0)));
    assertThat(parse(label.formatted("huber")).model().loss()).contains(LossSpec.HUBER);
    assertThat(parse(label.formatted("{huber: {}}")).model().loss()).contains(LossSpec.HUBER);
    assertThat(parse(label.formatted("auto")).model().loss()).isEmpty();
    String focal = "{binary_focal_crossentropy: {apply_class_balancing: true, gamma: 1}}";
    assertThat(parse(label.formatted(focal)).model().loss())
        .contains(
            LossSpec.of(
                "binary_focal_crossentropy", Map.of("apply_class_balancing", 1.0, "gamma", 1.0)));
    for (String name : LossSpec.names()) {
      assertThat(parse(label.formatted(name)).model().loss()).contains(LossSpec.of(name));
    }
  }

  @Test
  void shouldReadEveryKindOfLayer() {
    String layers =
        """
        input: {topic: t}
        label: {field: y}
        model:
          layers:
            - {embedding: 4, inputs: [city, color], name: vectors}
            - {concatenate: [numbers, vectors], name: both}
            - {cross: {projection_dim: 2}}
            - {layer_normalization: {epsilon: 0.01}}
            - {dense: 8, activation: gelu, use_bias: false, kernel_initializer: he_normal, l2: 0.1}
            - {dropout: 0.5, name: deep}
            - {factorization_machine: {factors: 3, linear: true}, inputs: [features]}
            - {embedding_bag: {output_dim: 5, combiner: sqrtn}, inputs: [categories]}
            - {batch_normalization: {}}
            - {activation: silu, name: bag}
            - {concatenate: [deep, bag, factorization_machine_0]}
        """;
    assertThat(parse(layers).model().layers().orElseThrow())
        .containsExactly(
            LayerSpec.embedding(4).at("vectors", List.of("city", "color")),
            new LayerSpec.Concatenate("both", List.of("numbers", "vectors")),
            new LayerSpec.Cross("", List.of(), 2, true, Initializer.GLOROT_UNIFORM, 0),
            new LayerSpec.LayerNormalization("", List.of(), 0.01, true, true),
            new LayerSpec.Dense(
                "", List.of(), 8, Activation.GELU, false, Initializer.HE_NORMAL, 0, 0.1),
            LayerSpec.dropout(0.5).at("deep", List.of()),
            new LayerSpec.FactorizationMachine(
                "", List.of("features"), 3, true, Initializer.RANDOM_NORMAL, 0),
            LayerSpec.embeddingBag(5, LayerSpec.Combiner.SQRTN).at("", List.of("categories")),
            LayerSpec.batchNormalization(),
            LayerSpec.activation(Activation.SILU).at("bag", List.of()),
            new LayerSpec.Concatenate("", List.of("deep", "bag", "factorization_machine_0")));
  }

  @Test
  void shouldReadAnOutputLayerOfLeastSquares() {
    String text = "input: {topic: t}\nlabel: {field: y}\nmodel: {layers: [{dense: 8}, %s]}\n";
    assertThat(layers(text, "{recursive_least_squares: {}}").getLast())
        .isEqualTo(LayerSpec.recursiveLeastSquares());
    assertThat(
            layers(
                    text,
                    "{recursive_least_squares: {ridge: 0.5, forgetting: 0.99, wind_up_limit: 10,"
                        + " use_bias: false, backpropagate: false}, name: out, inputs: [dense_0,"
                        + " city]}")
                .getLast())
        .isEqualTo(
            new LayerSpec.RecursiveLeastSquares(
                "out", List.of("dense_0", "city"), 1, false, 0.5, 0.99, 10, false));
  }

  private static List<LayerSpec> layers(String text, String layer) {
    return parse(text.formatted(layer)).model().layers().orElseThrow();
  }

  @Test
  void shouldReadEveryKindOfLearningRate() {
    assertThat(
            optimizer(
                "{adamw: {learning_rate: {cosine_decay: {initial_learning_rate: 0.01,"
                    + " decay_steps: 10000}}, clipnorm: 1.0}}"))
        .isEqualTo(
            OptimizerSpec.of(
                "adamw",
                LearningRate.of(
                    "cosine_decay", Map.of("initial_learning_rate", 0.01, "decay_steps", 10000.0)),
                Map.of("clipnorm", 1.0)));
    assertThat(
            optimizer(
                "{sgd: {learning_rate: {piecewise_constant_decay:"
                    + " {boundaries: [100, 200], values: [0.1, 0.01, 1e-3]}}, nesterov: true}}"))
        .isEqualTo(
            OptimizerSpec.of(
                "sgd",
                LearningRate.piecewise(List.of(100.0, 200.0), List.of(0.1, 0.01, 1e-3)),
                Map.of("nesterov", 1.0)));
    assertThat(optimizer("{schedule_free_adamw: {learning_rate: 0.5, warmup_steps: 30}}"))
        .isEqualTo(
            OptimizerSpec.of(
                "schedule_free_adamw", Map.of("learning_rate", 0.5, "warmup_steps", 30.0)));
    assertThat(optimizer("lion")).isEqualTo(OptimizerSpec.of("lion"));
  }

  private static OptimizerSpec optimizer(String text) {
    return parse("input: {topic: t}\nlabel: {field: y}\nmodel: {optimizer: " + text + "}\n")
        .model()
        .optimizer()
        .orElseThrow();
  }

  @Test
  void shouldPutTheEnvironmentAndFilesIntoSettingsAndShowThemNowhere(@TempDir Path folder)
      throws Exception {
    Files.writeString(folder.resolve("secret"), "s3cret\n");
    Pipeline pipeline =
        PipelineParser.parse(
            """
            input: {topic: t}
            label: {field: y}
            kafka: {sasl.jaas.config: 'x password="${env:PASSWORD}";', linger.ms: 5}
            registry: {basic.auth.user.info: "me:${file:secret}"}
            """,
            folder.resolve("p.yaml").toString(),
            Map.of("PASSWORD", "hunter2"));
    assertThat(pipeline.kafka())
        .containsEntry("sasl.jaas.config", "x password=\"hunter2\";")
        .containsEntry("linger.ms", "5");
    assertThat(pipeline.registry()).containsEntry("basic.auth.user.info", "me:s3cret");
    assertThat(pipeline.toString())
        .contains("sasl.jaas.config", "basic.auth.user.info")
        .doesNotContain("hunter2", "s3cret");
  }

  @Test
  void shouldTellWhereTheFileIsWhenItIsRead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("bad.yaml");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 'a'});
    assertThatThrownBy(() -> PipelineParser.parse(file))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("bad.yaml:1:1: this is no text; expected UTF-8");
    Files.writeString(file, DESIGN_EXAMPLE);
    assertThat(PipelineParser.parse(file)).isEqualTo(parse(DESIGN_EXAMPLE));
  }
}
