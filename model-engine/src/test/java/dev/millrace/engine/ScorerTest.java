package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.Bag;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSettings;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.feature.TokenSettings.Weight;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.EveryOptimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.state.StateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a model that only predicts says, beside a learner's own words. */
class ScorerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int BATCH = 16;
  private static final int STEPS = 20;

  /** Every kind of feature, and whatever keeps a statistic. */
  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("a"),
          FeatureSpec.numeric("r").with(FeatureSettings.NONE.withScale(true, true)),
          FeatureSpec.numeric("a.lag2").with(FeatureSettings.NONE.of("a").withLag(2)),
          FeatureSpec.numeric("y.lag1").with(FeatureSettings.NONE.withLag(1)),
          new FeatureSpec(
              "a.missing",
              FeatureKind.NUMERIC,
              List.of(),
              1,
              false,
              FeatureSettings.NONE.of("a").asIndicator()),
          FeatureSpec.oneHot("c", List.of("p", "q")),
          FeatureSpec.growing("g", 30),
          FeatureSpec.hashed("h", 40),
          FeatureSpec.vector("v", 3, true),
          FeatureSpec.text("t", 30, new TokenSettings(1, 0, 0, Weight.COUNT, true)),
          FeatureSpec.bag("b", 30, TokenSettings.WORDS),
          FeatureSpec.discretized("d", List.of()),
          FeatureSpec.cross("x", List.of("c", "h"), 64));

  /** All that is said of an event; equal numbers have equal bits. */
  private record Said(
      long version,
      List<Float> outputs,
      int predictedClass,
      double value,
      double lower,
      double upper,
      double set) {
    static Said of(Outcome outcome) {
      assertThat(outcome.labelled).isFalse();
      List<Float> outputs = new ArrayList<>();
      for (float output : outcome.outputs) {
        outputs.add(output);
      }
      return new Said(
          outcome.version,
          outputs,
          outcome.predictedClass,
          outcome.predictedValue,
          outcome.lower,
          outcome.upper,
          outcome.setProbabilityMin);
    }
  }

  private static ModelSpec layers(
      int classes, LossSpec loss, OptimizerSpec optimizer, LayerSpec... hidden) {
    LabelSpec label = label(classes);
    List<LayerSpec> layers = ModelSpec.withOutput(List.of(hidden), label, loss);
    return new ModelSpec(FEATURES, label, layers, loss, optimizer, BATCH, 42);
  }

  private static LabelSpec label(int classes) {
    return new LabelSpec("y", List.of("k", "l", "m").subList(0, classes), null, 0, 0.8);
  }

  private static ModelSpec panel(int classes) {
    LabelSpec label = label(classes);
    return new ModelSpec(
        FEATURES,
        label,
        ModelSpec.defaultLoss(label),
        AutoPanel.of(FEATURES, classes, 42),
        BATCH,
        42);
  }

  static Stream<ModelSpec> specs() {
    LayerSpec dense = LayerSpec.dense(7, Activation.RELU);
    Stream<ModelSpec> networks =
        Stream.of(
            layers(0, LossSpec.MEAN_SQUARED_ERROR, OptimizerSpec.of("adam"), dense),
            layers(3, LossSpec.CATEGORICAL_CROSSENTROPY, OptimizerSpec.of("adam"), dense),
            panel(0),
            panel(2),
            panel(3));
    Stream<ModelSpec> byEveryOptimizer =
        EveryOptimizer.keys().stream()
            .map(k -> layers(2, LossSpec.BINARY_CROSSENTROPY, EveryOptimizer.spec(k), dense));
    return Stream.concat(networks, byEveryOptimizer);
  }

  private static void fill(EventRow event, int classes, long offset) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    for (int i = 0; i < event.numbers.length; i++) {
      event.numbers[i] = random.nextInt(7) == 0 ? Double.NaN : random.nextInt(50) / 4.0;
    }
    for (int i = 0; i < event.categories.length; i++) {
      event.categories[i] = random.nextInt(4) - 1;
    }
    for (int i = 0; i < event.vectors.length && offset % 5 != 0; i++) {
      event.vectors[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < event.ranged.length; i++) {
      event.ranged[i] = random.nextGaussian();
    }
    for (Bag bag : event.bags) {
      for (int words = random.nextInt(4); words > 0; words--) {
        if (bag.isMissing()) {
          bag.begin();
        }
        bag.add(random.nextInt(25), 30, 1f);
      }
    }
    event.labelled = random.nextInt(5) != 0;
    event.label = classes == 0 ? event.ranged[0] * 10 : random.nextInt(classes);
  }

  private static Learner taught(ModelSpec spec) {
    Learner learner = new Learner(spec, KERNELS);
    int classes = spec.label().classes().size();
    long offset = 0;
    for (int step = 0; step < STEPS; ) {
      fill(learner.event(), classes, offset);
      learner.add(offset++);
      if (learner.mustPredict()) {
        learner.predict(outcome -> {});
      }
      if (learner.batchIsFull()) {
        learner.step();
        step++;
      }
    }
    return learner;
  }

  private static Map<String, byte[]> blocks(Learner learner) {
    Map<String, byte[]> blocks = new HashMap<>();
    learner.writeAll(blocks::put);
    return blocks;
  }

  /** What a learner of these blocks says of an event, its label taken away. */
  private static Said said(ModelSpec spec, Map<String, byte[]> blocks, long offset) {
    Learner learner = new Learner(spec, KERNELS);
    learner.read(blocks::get);
    fill(learner.event(), spec.label().classes().size(), offset);
    learner.event().labelled = false;
    learner.add(offset);
    List<Said> said = new ArrayList<>();
    learner.predict(outcome -> said.add(Said.of(outcome)));
    return said.getFirst();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldSayOfEachEventWhatALearnerWouldSayOfItNext(ModelSpec spec) {
    Map<String, byte[]> blocks = blocks(taught(spec));
    Scorer scorer = new Scorer(spec, KERNELS, blocks::get);
    List<Said> expected = new ArrayList<>();
    List<Said> scored = new ArrayList<>();
    for (long offset = 5_000; offset < 5_040; offset++) {
      expected.add(said(spec, blocks, offset));
      fill(scorer.event(), spec.label().classes().size(), offset);
      scorer.add();
      if (scorer.isFull() || offset % 7 == 0) { // alone, or several together
        scorer.predict(outcome -> scored.add(Said.of(outcome)));
      }
    }
    scorer.predict(outcome -> scored.add(Said.of(outcome)));
    assertThat(scored).isEqualTo(expected);
    assertThat(expected.stream().map(Said::outputs).distinct().count()).isGreaterThan(30);
    assertThat(expected.getFirst().version()).isEqualTo(STEPS);
  }

  @Test
  void shouldNotTakeWhatNoPredictionDependsOn() {
    ModelSpec spec =
        layers(
            2,
            LossSpec.BINARY_CROSSENTROPY,
            OptimizerSpec.of("adam"),
            LayerSpec.dense(7, Activation.RELU));
    Map<String, byte[]> blocks = blocks(taught(spec));
    List<String> read = new ArrayList<>();
    new Scorer(
        spec,
        KERNELS,
        key -> {
          read.add(key);
          return blocks.get(key);
        });
    assertThat(read).doesNotHaveDuplicates(); // so that each can be let go
    assertThat(read)
        .noneMatch(key -> key.contains(".m/") || key.contains(".v/") || key.startsWith("pend/"));
    assertThat(blocks.keySet()).anyMatch(key -> key.contains(".m/"));
  }

  @Test
  void shouldRefuseBlocksOfWhichOneIsMissing() {
    ModelSpec spec = panel(2);
    Map<String, byte[]> blocks = blocks(taught(spec));
    blocks.remove("feat/mean/0");
    assertThatThrownBy(() -> new Scorer(spec, KERNELS, blocks::get))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("feat/mean/0");
  }
}
