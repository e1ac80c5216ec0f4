package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss from events to predictions, and what a weight means to a learner. */
class LearnerLossTest {
  private static final int EVENTS = 4000;
  private static final Kernels PLAIN = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();
  private static final Kernels VECTOR = KernelChoice.select(KernelChoice.Mode.VECTOR).kernels();
  private static final OptimizerSpec ADAM = OptimizerSpec.of("adam", Map.of("learning_rate", 0.01));

  /** How an event is weighed, and whether it has a label, by its offset. */
  private interface Touch {
    void apply(EventRow event, long offset);
  }

  private static final Touch AS_IT_IS = (event, offset) -> {};

  static Stream<String> losses() {
    return LossSpec.names().stream();
  }

  /** A label as the loss needs it. */
  static LabelSpec label(LossSpec loss) {
    List<String> classes =
        switch (loss.kind()) {
          case CLASSES -> List.of("low", "middle", "high");
          case YES_OR_NO, MARGIN -> List.of("no", "yes");
          case VALUE, COUNT -> List.of();
        };
    return new LabelSpec("y", classes);
  }

  private static ModelSpec spec(LossSpec loss, int batch, OptimizerSpec optimizer) {
    LabelSpec label = label(loss);
    return new ModelSpec(
        List.of(FeatureSpec.numeric("a"), FeatureSpec.numeric("b")),
        label,
        ModelSpec.withOutput(List.of(LayerSpec.dense(8, Activation.TANH)), label, loss),
        loss,
        optimizer,
        batch,
        7);
  }

  /** The label follows from a + b, with noise. */
  private static void fill(EventRow event, long offset, LossSpec loss) {
    SplittableRandom random = new SplittableRandom(offset * 13 + 3);
    event.clear();
    event.numbers[0] = random.nextDouble(-1, 1);
    event.numbers[1] = random.nextDouble(-1, 1);
    double sum = event.numbers[0] + event.numbers[1];
    double noisy = sum + random.nextGaussian() * 0.2;
    event.labelled = true;
    event.label =
        switch (loss.kind()) {
          case CLASSES -> noisy < -0.4 ? 0 : noisy < 0.4 ? 1 : 2;
          case YES_OR_NO, MARGIN -> noisy < 0 ? 0 : 1;
          case VALUE -> 50 + 20 * noisy;
          case COUNT -> Math.floor(Math.exp(1.5 + sum) + random.nextDouble());
        };
  }

  private static Learner learn(
      ModelSpec spec, Kernels kernels, Touch touch, Outcome.Consumer consumer) {
    Learner learner = new Learner(spec, kernels);
    LongConsumer fill =
        offset -> {
          fill(learner.event(), offset, spec.loss());
          touch.apply(learner.event(), offset);
        };
    assertThat(Feed.feed(learner, 0, EVENTS, fill, () -> false, consumer))
        .allMatch(Learner.Step::made);
    return learner;
  }

  private static String digest(LossSpec loss, int batch, OptimizerSpec optimizer, Touch touch) {
    return learn(spec(loss, batch, optimizer), VECTOR, touch, outcome -> {}).weightsDigest();
  }

  @ParameterizedTest
  @MethodSource("losses")
  void shouldBeatWhateverIsAlwaysSaid(String name) {
    Learner learner =
        learn(
            spec(LossSpec.of(name), 4, ADAM),
            VECTOR,
            AS_IT_IS,
            outcome -> {
              assertThat(outcome.loss).isFinite();
              for (float output : outcome.outputs) {
                assertThat(output).isFinite();
              }
            });
    Map<String, Double> figures = learner.metrics().figures();
    Map<String, Double> baselines = learner.metrics().baselines();
    if (figures.containsKey("accuracy_window")) {
      assertThat(figures.get("accuracy_window")).isGreaterThan(baselines.get("majority") + 0.2);
    } else {
      assertThat(figures.get("mae_window")).isLessThan(0.6 * baselines.get("mean"));
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void shouldLearnTheSameBitsByBothTwins(String name) {
    ModelSpec spec = spec(LossSpec.of(name), 5, ADAM);
    Learner plain = learn(spec, PLAIN, AS_IT_IS, outcome -> {});
    Learner vector = learn(spec, VECTOR, AS_IT_IS, outcome -> {});
    assertThat(vector.weightsDigest()).isEqualTo(plain.weightsDigest());
    assertThat(vector.metrics().figures()).isEqualTo(plain.metrics().figures());
  }

  @Test
  void shouldLearnTheSameBitsByTheSparseAndTheDenseCrossEntropy() {
    for (double smoothing : new double[] {0, 0.1}) {
      Map<String, Double> settings = Map.of("label_smoothing", smoothing);
      LossSpec dense = LossSpec.of("categorical_crossentropy", settings);
      LossSpec sparse = LossSpec.of("sparse_categorical_crossentropy", settings);
      assertThat(digest(sparse, 3, ADAM, AS_IT_IS)).isEqualTo(digest(dense, 3, ADAM, AS_IT_IS));
    }
    LossSpec focusless =
        LossSpec.of("categorical_focal_crossentropy", Map.of("alpha", 1.0, "gamma", 0.0));
    double loss = logLoss(focusless);
    assertThat(loss).isCloseTo(logLoss(LossSpec.CATEGORICAL_CROSSENTROPY), within(1e-3));
  }

  private static double logLoss(LossSpec loss) {
    Learner learner = learn(spec(loss, 3, ADAM), VECTOR, AS_IT_IS, outcome -> {});
    return learner.metrics().figures().get("log_loss");
  }

  @Test
  void shouldPredictTheQuantileThatIsAskedFor() {
    for (double quantile : new double[] {0.1, 0.9}) {
      LossSpec loss = LossSpec.of("quantile", Map.of("quantile", quantile));
      int[] below = new int[1];
      learn(
          spec(loss, 8, ADAM),
          VECTOR,
          AS_IT_IS,
          outcome ->
              below[0] +=
                  outcome.offset >= EVENTS - 2000 && outcome.label < outcome.predictedValue
                      ? 1
                      : 0);
      assertThat(below[0] / 2000.0).isCloseTo(quantile, within(0.05));
    }
  }

  @Test
  void shouldGiveAMarginAsAProbabilityByAFixedMap() {
    LabelSpec label = new LabelSpec("y", List.of("no", "yes"));
    List<LayerSpec> layers = ModelSpec.withOutput(List.of(), label, LossSpec.HINGE);
    List<FeatureSpec> features = List.of(FeatureSpec.vector("v", 2, false));
    ModelSpec spec = new ModelSpec(features, label, layers, LossSpec.HINGE, ADAM, 4, 7);
    Network network = new Network(2, layers, LossSpec.HINGE, ADAM, 1, PLAIN);
    network.initialize(7);
    for (float x : new float[] {-1e4f, -1, 0, 0.3f, 1, 1e4f}) {
      Learner learner = new Learner(spec, PLAIN);
      learner.event().vectors[0] = x;
      learner.event().vectors[1] = x / 2;
      learner.add(0);
      float margin = network.forward(new float[] {x, x / 2}, 0, 1)[0];
      learner.predict(
          outcome -> {
            float yes = Elementary.sigmoid(2f * margin);
            assertThat(outcome.outputs).containsExactly(1f - yes, yes);
            assertThat(outcome.predictedClass).isEqualTo(margin > 0 ? 1 : 0);
          });
    }
  }

  @Test
  void shouldLearnNothingFromAnEventOfWeightZero() {
    OptimizerSpec sgd = OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1));
    String without =
        digest(LossSpec.HINGE, 1, sgd, (event, offset) -> event.labelled = offset % 3 != 0);
    String ofNoWeight =
        digest(LossSpec.HINGE, 1, sgd, (event, offset) -> event.weight = offset % 3 == 0 ? 0 : 1);
    assertThat(ofNoWeight).isEqualTo(without);
    assertThat(without).isNotEqualTo(digest(LossSpec.HINGE, 1, sgd, AS_IT_IS));
  }

  @Test
  void shouldLearnFromWeightTwoAsAtTwiceTheRate() {
    OptimizerSpec once = OptimizerSpec.of("sgd", Map.of("learning_rate", 0.05));
    OptimizerSpec twice = OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1));
    for (LossSpec loss : List.of(LossSpec.BINARY_CROSSENTROPY, LossSpec.HUBER)) {
      assertThat(digest(loss, 4, once, (event, offset) -> event.weight = 2))
          .isEqualTo(digest(loss, 4, twice, AS_IT_IS));
    }
  }

  @Test
  void shouldRefuseAWeightOrACountThatCannotBeBeforeItChangesAnything() {
    Learner learner = new Learner(spec(LossSpec.POISSON, 4, ADAM), PLAIN);
    String before = learner.weightsDigest();
    for (double weight : new double[] {-1, Double.NaN, 1e300}) {
      fill(learner.event(), 1, LossSpec.POISSON);
      learner.event().weight = weight;
      assertThatThrownBy(() -> learner.add(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("weight must be at least 0 and finite, weight=" + weight);
    }
    fill(learner.event(), 1, LossSpec.POISSON);
    learner.event().label = -2;
    assertThatThrownBy(() -> learner.add(1))
        .hasMessage("label must be at least 0 for poisson, label=-2.0");
    assertThat(learner.weightsDigest()).isEqualTo(before);
    assertThat(learner.counters().labelled()).isZero();
  }

  @Test
  void shouldRefuseALabelThatIsItsOwnWeightAndAFeatureThatIsAWeight() {
    assertThatThrownBy(() -> new LabelSpec("y", List.of(), "y"))
        .hasMessage("the label cannot be its own weight, field=y");
    LabelSpec label = new LabelSpec("y", List.of(), "a");
    assertThatThrownBy(
            () ->
                new ModelSpec(
                    List.of(FeatureSpec.numeric("a")),
                    label,
                    ModelSpec.withOutput(List.of(), label, LossSpec.HUBER),
                    LossSpec.HUBER,
                    ADAM,
                    1,
                    0))
        .hasMessage("the weight of an event cannot be a feature, field=a");
  }
}
