package dev.millrace.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSettings;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.feature.GrowthSettings;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.params.Initializer;
import dev.millrace.formats.FormatException;
import dev.millrace.formats.Origin;
import dev.millrace.formats.Teaching;
import dev.millrace.formats.Tensors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What ONNX Runtime says of an event is what the model says, missing values among them. The model's
 * statistics take in every event before they scale it, so the graph is written after the event that
 * it is asked about.
 */
class OnnxFileTest {
  private static final double TOLERANCE = 1e-5;
  private static final LabelSpec TWO = new LabelSpec("y", List.of("no", "yes"));
  private static final LabelSpec THREE = new LabelSpec("y", List.of("a", "b", "c"));
  private static final LabelSpec NUMBER = new LabelSpec("y", List.of());

  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("x"),
          FeatureSpec.numeric("log").with(FeatureSettings.NONE.withScale(true, false)),
          FeatureSpec.numeric("x_missing").with(FeatureSettings.NONE.of("x").asIndicator()),
          FeatureSpec.oneHot("color", List.of("red", "green", "blau ü")),
          FeatureSpec.vector("v", 3, true),
          FeatureSpec.hashed("shop", 16),
          FeatureSpec.growing("name", 8),
          new FeatureSpec("raw", FeatureSpec.numeric("raw").kind(), List.of(), 1, false),
          FeatureSpec.discretized("stated", List.of(-2.0, 0.0, 5.5)),
          FeatureSpec.discretized("decile", List.of()),
          FeatureSpec.vector("w", 2, false),
          FeatureSpec.numeric("before").with(FeatureSettings.NONE.of("x").withLag(2)));

  /** Of twelve texts that come at random, some wait for a row and some have lost it. */
  private static final FeatureSpec FORGETFUL =
      FeatureSpec.growing("id", 8, new GrowthSettings(3, 20));

  private static ModelSpec spec(
      List<FeatureSpec> features, LabelSpec label, List<LayerSpec> hidden, LossSpec loss) {
    return new ModelSpec(
        features,
        label,
        ModelSpec.withOutput(hidden, label, loss),
        loss,
        OptimizerSpec.of("adam"),
        4,
        11);
  }

  private static ModelSpec spec(LabelSpec label, LayerSpec... hidden) {
    return spec(FEATURES, label, List.of(hidden), ModelSpec.defaultLoss(label));
  }

  private static void requireSame(ModelSpec spec) throws IOException, OrtException {
    Learner learner = Teaching.newLearner(spec);
    RandomEvents events = new RandomEvents(spec, 42);
    Teaching.teach(learner, 0, 300, offset -> events.fill(learner));
    for (long offset = 300; offset < 312; offset++) {
      Map<String, Object> inputs = events.fill(learner);
      Outcome said = Teaching.say(learner, offset);
      try (OnnxRun graph = OnnxRun.of(learner)) {
        requireSame(said, spec.label(), graph.run(inputs));
      }
    }
  }

  private static void requireSame(Outcome said, LabelSpec label, Map<String, Object> outputs) {
    if (!label.isClassification()) {
      float prediction = ((float[][]) outputs.get("prediction"))[0][0];
      double scale = Math.max(1, Math.abs(said.predictedValue));
      assertThat((double) prediction).isCloseTo(said.predictedValue, within(TOLERANCE * scale));
      return;
    }
    float[] probabilities = ((float[][]) outputs.get("probabilities"))[0];
    assertThat(probabilities).containsExactly(said.outputs, within((float) TOLERANCE));
    assertThat(((String[]) outputs.get("label"))[0])
        .isEqualTo(label.classes().get(said.predictedClass));
  }

  static Stream<ModelSpec> specs() {
    LayerSpec concatenate =
        new LayerSpec.Concatenate("joined", List.of("embedding_0", "numbers", "wide"));
    return Stream.of(
        spec(TWO),
        spec(TWO, LayerSpec.dense(6, Activation.RELU), LayerSpec.dense(5, Activation.TANH)),
        spec(THREE, LayerSpec.dense(6, Activation.GELU), LayerSpec.layerNormalization()),
        spec(NUMBER, LayerSpec.dense(6, Activation.SILU), LayerSpec.batchNormalization()),
        spec(
            List.of(FORGETFUL, FeatureSpec.growing("name", 8)),
            TWO,
            List.of(LayerSpec.dense(6, Activation.RELU)),
            LossSpec.BINARY_CROSSENTROPY),
        spec(FEATURES, NUMBER, List.of(LayerSpec.dense(3, Activation.ELU)), LossSpec.POISSON),
        spec(FEATURES, TWO, List.of(LayerSpec.dense(3, Activation.ELU)), LossSpec.HINGE),
        spec(
            THREE,
            new LayerSpec.Embedding("", List.of("categories"), 3, Initializer.RANDOM_UNIFORM, 0),
            LayerSpec.dense(4, Activation.SELU).at("wide", List.of("numbers+color+name")),
            concatenate,
            LayerSpec.dropout(0.3),
            LayerSpec.cross(),
            new LayerSpec.Cross(
                "", List.of("joined", "cross_0"), 2, false, Initializer.HE_NORMAL, 0),
            LayerSpec.layerNormalization()),
        spec(
            TWO,
            new LayerSpec.FactorizationMachine(
                "fm", List.of("features"), 4, true, Initializer.RANDOM_NORMAL, 0),
            new LayerSpec.Dense(
                "deep",
                List.of("features"),
                1,
                Activation.LINEAR,
                true,
                Initializer.HE_NORMAL,
                0,
                0),
            new LayerSpec.Add("sum", List.of("fm", "deep")),
            new LayerSpec.Average("mean", List.of("fm", "sum")),
            new LayerSpec.Multiply("product", List.of("fm", "mean")),
            new LayerSpec.Maximum("greatest", List.of("product", "deep", "fm"))),
        spec(
            THREE,
            bag("sum", Combiner.SUM),
            bag("mean", Combiner.MEAN),
            bag("root", Combiner.SQRTN),
            new LayerSpec.Concatenate("", List.of("sum", "mean", "root"))),
        spec(
            NUMBER,
            new LayerSpec.RecursiveLeastSquares(
                "", List.of("features"), 1, true, 1, 0.999, 1e6, false)));
  }

  private static LayerSpec bag(String name, Combiner combiner) {
    return new LayerSpec.EmbeddingBag(
        name, List.of("shop", "name"), 3, combiner, Initializer.RANDOM_NORMAL, 0);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldSayWhatTheModelSays(ModelSpec spec) throws IOException, OrtException {
    requireSame(spec);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void shouldHaveEveryActivation(Activation activation) throws IOException, OrtException {
    requireSame(spec(THREE, LayerSpec.dense(5, activation)));
    requireSame(
        spec(THREE, LayerSpec.dense(5, Activation.LINEAR), LayerSpec.activation(activation)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldSayTheSameOfAnyFeatures(long seed) throws IOException, OrtException {
    SplittableRandom random = new SplittableRandom(seed);
    List<FeatureSpec> features =
        FEATURES.stream().filter(feature -> random.nextInt(3) == 0).toList();
    List<FeatureSpec> some = features.isEmpty() ? List.of(FEATURES.getFirst()) : features;
    LabelSpec label = List.of(TWO, THREE, NUMBER).get(random.nextInt(3));
    List<LayerSpec> hidden =
        random.nextBoolean() ? List.of() : List.of(LayerSpec.dense(7, Activation.MISH));
    requireSame(spec(some, label, hidden, ModelSpec.defaultLoss(label)));
  }

  private static ModelSpec panel(List<FeatureSpec> features, LabelSpec label) {
    int classes = label.classes().size();
    return new ModelSpec(
        features, label, ModelSpec.defaultLoss(label), AutoPanel.of(features, classes, 5), 1, 5);
  }

  static Stream<ModelSpec> panels() {
    return Stream.of(
        panel(FEATURES, TWO),
        panel(FEATURES, THREE),
        panel(FEATURES, NUMBER),
        panel(FEATURES.subList(0, 1), TWO),
        panel(FEATURES.subList(3, 4), NUMBER),
        panel(FEATURES.subList(4, 7), TWO),
        panel(List.of(FEATURES.getFirst(), FORGETFUL, FeatureSpec.growing("name", 8)), THREE));
  }

  @ParameterizedTest
  @MethodSource("panels")
  void shouldSayWhatAPanelSays(ModelSpec spec) throws IOException, OrtException {
    requireSame(spec);
  }

  static Stream<ModelSpec> forgetful() {
    List<FeatureSpec> features =
        List.of(FeatureSpec.numeric("x"), FeatureSpec.growing("id", 4, new GrowthSettings(2, 8)));
    return Stream.of(
        spec(features, TWO, List.of(), LossSpec.BINARY_CROSSENTROPY), panel(features, TWO));
  }

  @ParameterizedTest
  @MethodSource("forgetful")
  void shouldKnowATextBehindARowThatIsFree(ModelSpec spec) throws IOException, OrtException {
    Learner learner = Teaching.newLearner(spec);
    List<String> ids =
        Stream.concat(Stream.of("a", "a", "once"), Stream.generate(() -> "b")).limit(40).toList();
    Teaching.teach(learner, 0, ids.size(), i -> fill(learner, ids.get((int) i), i % 2));
    assertThat(Tensors.of(learner).longs("feat/id.keys"))
        .as("a was forgotten, once came too seldom")
        .containsExactly(0, key("b"), 0, 0);
    for (String id : Arrays.asList("a", "once", "b", null)) {
      Map<String, Object> inputs = fill(learner, id, 0.5);
      Outcome said = Teaching.say(learner, ids.size());
      try (OnnxRun graph = OnnxRun.of(learner)) {
        requireSame(said, spec.label(), graph.run(inputs));
      }
    }
  }

  /** The label goes with the text. */
  private static Map<String, Object> fill(Learner learner, String id, double x) {
    EventRow event = learner.event();
    event.clear();
    event.numbers[0] = x;
    event.categories[0] = id == null ? EventRow.MISSING : key(id);
    event.labelled = true;
    event.label = "b".equals(id) ? 1 : 0;
    return Map.of("x", new double[][] {{x}}, "id", new long[][] {{event.categories[0]}});
  }

  private static long key(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 0, bytes.length);
  }

  @Test
  void shouldSayTheSecondClassFromTheThresholdOn() throws IOException, OrtException {
    ImbalanceSpec rare =
        new ImbalanceSpec(List.of(), false, null, new ImbalanceSpec.Threshold(0.2, null));
    requireSame(spec(new LabelSpec("y", List.of("no", "yes"), null, 0, 0, rare)));
  }

  @Test
  void shouldTakeManyRowsAtOnceAndTellWhereTheModelComesFrom() throws IOException, OrtException {
    List<FeatureSpec> features = List.of(FeatureSpec.numeric("x"));
    ModelSpec spec = spec(features, TWO, List.of(), LossSpec.BINARY_CROSSENTROPY);
    Learner learner = Teaching.newLearner(spec);
    RandomEvents events = new RandomEvents(spec, 1);
    Teaching.teach(learner, 0, 50, offset -> events.fill(learner));
    try (OnnxRun graph = OnnxRun.of(learner)) {
      assertThat(graph.inputs()).containsExactly("x");
      assertThat(graph.properties())
          .containsEntry("model", "test")
          .containsEntry("version", "12")
          .containsEntry("spec", spec.toJson());
      double[][] x = {{1}, {Double.NaN}, {-3}};
      assertThat((float[][]) graph.run(Map.of("x", x)).get("probabilities")).hasNumberOfRows(3);
    }
  }

  @Test
  void shouldNameAllThatItCannotSay() {
    List<FeatureSpec> features =
        List.of(
            FeatureSpec.text("body", 64, TokenSettings.WORDS),
            FeatureSpec.numeric("x"),
            FeatureSpec.hashed("h", 8),
            FeatureSpec.cross("h_x", List.of("h", "x"), 64));
    Learner learner =
        Teaching.newLearner(spec(features, TWO, List.of(), LossSpec.BINARY_CROSSENTROPY));
    assertThatThrownBy(
            () ->
                OnnxFile.write(
                    learner, Origin.of(learner, "test"), OutputStream.nullOutputStream()))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("feature 'body' is a text")
        .hasMessageContaining("feature 'h_x' is a cross");
  }
}
