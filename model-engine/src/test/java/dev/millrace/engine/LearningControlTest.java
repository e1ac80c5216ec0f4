package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.EveryOptimizer;
import dev.millrace.engine.optim.LearningRate;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.panel.PanelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning that is held, slowed or kept from some layers while events go on. */
class LearningControlTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int BATCH = 8;

  private static ModelSpec spec(OptimizerSpec optimizer, int delay) {
    LabelSpec label = new LabelSpec("y", List.of("x", "y", "z"), null, delay, 0, null);
    return new ModelSpec(
        List.of(
            FeatureSpec.numeric("a"),
            FeatureSpec.growing("g", 20),
            FeatureSpec.vector("v", 3, true)),
        label,
        ModelSpec.withOutput(
            List.of(
                LayerSpec.dense(7, Activation.RELU),
                LayerSpec.batchNormalization(),
                LayerSpec.dense(5, Activation.TANH)),
            label,
            ModelSpec.defaultLoss(label)),
        ModelSpec.defaultLoss(label),
        optimizer,
        BATCH,
        42);
  }

  private static Learner learner(OptimizerSpec optimizer) {
    return new Learner(spec(optimizer, 0), KERNELS);
  }

  private static void fill(EventRow event, long offset) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    event.numbers[0] = random.nextDouble(-3, 9);
    event.categories[0] = 1 + random.nextInt(30);
    for (int i = 0; i < 3; i++) {
      event.vectors[i] = (float) random.nextDouble();
    }
    event.labelled = random.nextInt(5) != 0;
    event.label = Math.floorMod((int) event.numbers[0], 3);
    event.weight = 1;
  }

  private static List<String> feed(Learner learner, long from, long to) {
    List<String> said = new ArrayList<>();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner.event(), offset),
        () -> false,
        outcome -> said.add(outcome.version + " " + Arrays.toString(outcome.outputs)));
    return said;
  }

  private static Map<String, byte[]> blocks(Learner learner) {
    Map<String, byte[]> blocks = new TreeMap<>();
    learner.writeModel(blocks::put);
    return blocks;
  }

  private static Set<String> changed(Map<String, byte[]> before, Map<String, byte[]> after) {
    Set<String> changed = new TreeSet<>();
    after.forEach(
        (key, bytes) -> {
          if (key.startsWith("b/") && !Arrays.equals(bytes, before.get(key))) {
            changed.add(key.split("/")[1]);
          }
        });
    return changed;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 11})
  void shouldChangeNothingOfTheModelWhileHeldAndGoOnWithTheBatchThatWaited(int delay) {
    Learner model = new Learner(spec(OptimizerSpec.of("adam"), delay), KERNELS);
    feed(model, 0, 200);
    Counters before = model.counters();
    String digest = model.weightsDigest();
    model.hold(true);
    assertThat(feed(model, 200, 500)).hasSize(300);
    assertThat(model.weightsDigest()).isEqualTo(digest);
    Counters held = model.counters();
    assertThat(held.learned()).isEqualTo(before.learned());
    assertThat(held.predicted()).isEqualTo(500);
    assertThat(held.pending() - held.waiting()).isEqualTo(before.pending() - before.waiting());
    assertThat(held.labelled()).isEqualTo(held.learned() + held.pending() + held.rejected());
    assertThat(held.rejected()).isPositive();
    assertThat(model.metrics().figures()).as("metrics go on").isNotEmpty();

    Map<String, byte[]> stored = new HashMap<>();
    model.writeAll(stored::put);
    Learner restarted = new Learner(spec(OptimizerSpec.of("adam"), delay), KERNELS);
    restarted.read(stored::get);
    model.hold(false);
    restarted.hold(false);
    assertThat(feed(restarted, 500, 800)).isEqualTo(feed(model, 500, 800));
    assertThat(model.version()).isGreaterThan(before.learned() / BATCH);
    Counters end = model.counters();
    assertThat(end.labelled()).isEqualTo(end.learned() + end.pending() + end.rejected());
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.engine.optim.EveryOptimizer#keys")
  void shouldKeepFrozenLayersAndTeachTheOthersUnderEveryOptimizer(String key) {
    Learner model = learner(EveryOptimizer.spec(key));
    assertThat(model.parts())
        .containsExactly("dense_0", "batch_normalization_0", "dense_1", "dense_2");
    feed(model, 0, 200);
    Map<String, byte[]> before = blocks(model);
    model.freeze(Set.of("dense_0", "batch_normalization_0"));
    feed(model, 200, 400);
    assertThat(changed(before, blocks(model))).containsExactly("dense_1", "dense_2");
    before = blocks(model);
    model.freeze(Set.copyOf(model.parts()));
    long version = model.version();
    feed(model, 400, 500);
    assertThat(changed(before, blocks(model))).isEmpty();
    assertThat(model.version()).as("steps are counted").isGreaterThan(version);
    model.freeze(Set.of());
    feed(model, 500, 700);
    assertThat(changed(before, blocks(model))).containsAll(model.parts());
  }

  /** Without a norm over all, one step of a layer knows nothing of whether another makes one. */
  @Test
  void shouldLetTheGradientPassThroughAFrozenLayer() {
    OptimizerSpec sgd = OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1));
    Learner free = learner(sgd);
    Learner frozen = learner(sgd);
    frozen.freeze(Set.of("dense_1", "dense_2"));
    long end = 0;
    while (free.version() == 0) {
      feed(free, end, end + 1);
      feed(frozen, end, ++end);
    }
    assertThat(blocks(frozen).get("b/dense_0/kernel/0"))
        .isEqualTo(blocks(free).get("b/dense_0/kernel/0"));
    assertThat(blocks(frozen).get("b/dense_1/kernel/0"))
        .isNotEqualTo(blocks(free).get("b/dense_1/kernel/0"));
  }

  @Test
  void shouldTakeAnotherLearningRateFromTheNextStepOnAndGoBackToItsOwn() {
    Learner stated =
        learner(
            OptimizerSpec.of(
                "adam",
                LearningRate.piecewise(List.of(9.0, 29.0), List.of(0.001, 0.5, 0.001)),
                Map.of()));
    Learner told = learner(OptimizerSpec.of("adam"));
    for (long offset = 0; offset < 600; offset++) {
      told.learningRate(
          told.version() >= 10 && told.version() < 30
              ? OptionalDouble.of(0.5)
              : OptionalDouble.empty());
      feed(stated, offset, offset + 1);
      feed(told, offset, offset + 1);
    }
    assertThat(told.version()).isGreaterThan(40);
    assertThat(told.weightsDigest()).isEqualTo(stated.weightsDigest());
  }

  @Test
  void shouldRefuseLayersThatAreNotThereAndRatesThatCannotBe() {
    Learner model = learner(OptimizerSpec.of("adam"));
    assertThatThrownBy(() -> model.freeze(Set.of("dense_9")))
        .hasMessageContaining("layer must be one of [dense_0,");
    for (double rate : new double[] {-1, 0, Double.NaN, Double.POSITIVE_INFINITY, 1e9}) {
      assertThatThrownBy(() -> model.learningRate(OptionalDouble.of(rate)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("learning_rate");
    }
    assertThatThrownBy(() -> learner(OptimizerSpec.of("ftrl")).learningRate(OptionalDouble.of(0.1)))
        .hasMessage("the learning_rate of ftrl cannot change");
  }

  @Test
  void shouldFreezeExpertsOfAPanelByNameAndLearnTheOthers() {
    LabelSpec label = new LabelSpec("y", List.of("x", "y", "z"));
    List<FeatureSpec> features =
        List.of(
            FeatureSpec.numeric("a"),
            FeatureSpec.growing("g", 20),
            FeatureSpec.vector("v", 3, true));
    PanelSpec panel = AutoPanel.of(features, 3, 42);
    ModelSpec auto = new ModelSpec(features, label, ModelSpec.defaultLoss(label), panel, BATCH, 42);
    Learner model = new Learner(auto, KERNELS);
    feed(model, 0, 100);
    List<String> experts = model.parts();
    Map<String, byte[]> before = blocks(model);
    model.freeze(Set.of(experts.getFirst()));
    feed(model, 100, 200);
    Set<String> changed = changed(before, blocks(model));
    assertThat(changed).doesNotContain("expert0").contains("expert1");
    assertThatThrownBy(() -> model.learningRate(OptionalDouble.of(0.1)))
        .hasMessageContaining("each expert of model: auto has a learning_rate of its own");
    Map<String, byte[]> stored = new HashMap<>();
    model.writeAll(stored::put);
    Learner restarted = new Learner(auto, KERNELS);
    restarted.read(stored::get);
    restarted.freeze(Set.of(experts.getFirst()));
    assertThat(feed(restarted, 200, 300)).isEqualTo(feed(model, 200, 300));
  }
}
