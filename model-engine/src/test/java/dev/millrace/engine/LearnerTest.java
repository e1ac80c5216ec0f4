package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.EveryOptimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.state.StateException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearnerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  /** What a learner said of one event, to the bit. */
  private record Said(long offset, long version, List<Float> outputs, double loss) {}

  static ModelSpec spec(List<String> classes, int batch, OptimizerSpec optimizer) {
    LabelSpec label = new LabelSpec("y", classes);
    return new ModelSpec(
        List.of(
            FeatureSpec.numeric("a"),
            FeatureSpec.numeric("b"),
            FeatureSpec.oneHot("c", List.of("p", "q")),
            FeatureSpec.vector("v", 3, true)),
        label,
        ModelSpec.withOutput(
            List.of(LayerSpec.dense(7, Activation.RELU)), label, ModelSpec.defaultLoss(label)),
        ModelSpec.defaultLoss(label),
        optimizer,
        batch,
        42);
  }

  private static ModelSpec spec(int batch) {
    return spec(List.of("x", "y", "z"), batch, OptimizerSpec.of("adam"));
  }

  /** Fills the event as the offset alone decides. */
  private static void fill(EventRow event, long offset, int classes) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    event.numbers[0] = random.nextDouble(-3, 9);
    event.numbers[1] = random.nextInt(10) == 0 ? Double.NaN : random.nextDouble(100);
    event.categories[0] = random.nextInt(4) - 1;
    for (int i = 0; i < 3; i++) {
      event.vectors[i] = (float) random.nextDouble();
    }
    event.labelled = random.nextInt(5) != 0;
    event.label =
        classes == 0
            ? event.numbers[0] * 10 + event.vectors[1]
            : Math.floorMod((int) event.numbers[0] + event.categories[0], classes);
    event.weight = random.nextInt(5) / 2.0;
  }

  private static List<Said> feed(
      Learner learner, long from, long to, SplittableRandom interruptions) {
    List<Said> said = new ArrayList<>();
    Outcome.Consumer consumer =
        outcome -> {
          List<Float> outputs = new ArrayList<>();
          for (float output : outcome.outputs) {
            outputs.add(output);
          }
          said.add(new Said(outcome.offset, outcome.version, outputs, outcome.loss));
        };
    int classes = learner.spec().label().classes().size();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner.event(), offset, classes),
        () -> interruptions != null && interruptions.nextInt(4) == 0,
        consumer);
    return said;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 32, 100})
  void shouldSayTheSameWhereverPredictionsAreAskedFor(int batch) {
    Learner plain = new Learner(spec(batch), KERNELS);
    List<Said> expected = feed(plain, 0, 700, null);
    for (int seed = 0; seed < 5; seed++) {
      Learner interrupted = new Learner(spec(batch), KERNELS);
      assertThat(feed(interrupted, 0, 700, new SplittableRandom(seed))).isEqualTo(expected);
      assertThat(interrupted.weightsDigest()).isEqualTo(plain.weightsDigest());
      assertThat(interrupted.metrics().figures()).isEqualTo(plain.metrics().figures());
      assertThat(interrupted.counters()).isEqualTo(plain.counters());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 32})
  void shouldPredictWithTheVersionBeforeTheStepThatLearnsTheEvent(int batch) {
    List<Said> said = feed(new Learner(spec(batch), KERNELS), 0, 300, null);
    long labelled = 0;
    EventRow event = new Learner(spec(batch), KERNELS).event();
    for (Said one : said) {
      assertThat(one.version()).isEqualTo(labelled / batch);
      fill(event, one.offset(), 3);
      labelled += event.labelled ? 1 : 0;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void shouldGoOnFromAFileBitForBit(int classes) throws IOException {
    List<String> names = List.of("x", "y", "z").subList(0, classes);
    goesOnFromAFile(spec(names, 16, OptimizerSpec.of("adam")));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void shouldGoOnFromAFileBitForBitUnderEveryOptimizer(String key) throws IOException {
    goesOnFromAFile(spec(List.of("x", "y"), 7, EveryOptimizer.spec(key)));
  }

  private static List<String> optimizers() {
    return EveryOptimizer.keys();
  }

  private static void goesOnFromAFile(ModelSpec spec) throws IOException {
    Learner through = new Learner(spec, KERNELS);
    Learner saved = new Learner(spec, KERNELS);
    feed(through, 0, 333, null);
    feed(saved, 0, 333, null);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(saved, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(feed(loaded, 333, 900, null)).isEqualTo(feed(through, 333, 900, null));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(loaded.metrics().figures()).isEqualTo(through.metrics().figures());
    assertThat(loaded.counters()).isEqualTo(through.counters());
  }

  /** As where one model takes the place of another, which has rows waiting in its batch. */
  @Test
  void shouldCountOnFromAnotherModelRejectWhatWaitedThereAndLearnAsItDid() {
    Learner before = new Learner(spec(32), KERNELS);
    feed(before, 0, 333, null);
    Map<String, byte[]> blocks = new HashMap<>();
    before.writeAll(blocks::put);
    Learner.Stored stored = Learner.stored(blocks::get);
    assertThat(stored).isEqualTo(new Learner.Stored(before.version(), before.counters()));
    assertThat(stored.counters().pending()).isPositive();

    Learner model = new Learner(spec(1), KERNELS);
    Learner alone = new Learner(spec(1), KERNELS);
    feed(model, 0, 100, null);
    feed(alone, 0, 100, null);
    model.countOnFrom(stored.counters());
    Counters then = model.counters();
    assertThat(then.predicted()).isEqualTo(333);
    assertThat(then.rejected()).isEqualTo(stored.counters().pending());
    assertThat(feed(model, 333, 700, null)).isEqualTo(feed(alone, 333, 700, null));
    assertThat(model.weightsDigest()).isEqualTo(alone.weightsDigest());
    Counters now = model.counters();
    assertThat(now.predicted()).isEqualTo(700);
    assertThat(now.labelled()).isEqualTo(now.learned() + now.pending() + now.rejected());
  }

  @Test
  void shouldRefuseAFileInWhichAnyByteWasChangedOrCut() throws IOException {
    Learner learner = new Learner(spec(4), KERNELS);
    feed(learner, 0, 30, null);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModelFile.save(learner, out);
    byte[] file = out.toByteArray();
    for (int i = 0; i < file.length; i += i < 200 ? 1 : 97) {
      byte[] changed = file.clone();
      changed[i] ^= 0x10;
      assertThatThrownBy(() -> ModelFile.load(new ByteArrayInputStream(changed), KERNELS))
          .as("byte %d of %d", i, file.length)
          .isInstanceOf(StateException.class);
      byte[] cut = Arrays.copyOf(file, i);
      assertThatThrownBy(() -> ModelFile.load(new ByteArrayInputStream(cut), KERNELS))
          .as("cut at %d", i)
          .isInstanceOf(StateException.class);
    }
  }

  @Test
  void shouldSkipAStepThatIsNotFiniteCountItAndChangeNoWeight() {
    Learner learner =
        new Learner(
            new ModelSpec(
                List.of(FeatureSpec.vector("v", 3, false)),
                new LabelSpec("y", List.of("no", "yes")),
                List.of(LayerSpec.dense(1, Activation.SIGMOID)),
                LossSpec.BINARY_CROSSENTROPY,
                OptimizerSpec.of("sgd", Map.of("learning_rate", 1e6)),
                1,
                1),
            KERNELS);
    for (long offset = 0; offset < 20; offset++) {
      Arrays.fill(learner.event().vectors, 1e30f);
      learner.event().labelled = true;
      learner.event().label = offset % 2;
      learner.add(offset);
      learner.predict(outcome -> assertThat(outcome.loss).isFinite());
      String before = learner.weightsDigest();
      if (!learner.step().made()) {
        assertThat(learner.weightsDigest()).isEqualTo(before);
      }
    }
    Counters counters = learner.counters();
    assertThat(counters.skippedSteps()).isPositive();
    assertThat(counters.rejected()).isEqualTo(counters.skippedSteps());
    assertThat(counters.labelled()).isEqualTo(counters.learned() + counters.rejected());
  }

  /** Ten skipped steps in a row: whatever comes in is not what the model was made for. */
  @Test
  void shouldPauseLearningAfterSkippedStepsInARowAndTryAgainAfterSoManyBatches() {
    Learner learner = overflowing();
    Map<String, byte[]> store = new HashMap<>();
    long offset = 0;
    for (; offset < LearningPause.SKIPPED_MAX; offset++) {
      assertThat(learner.counters().paused()).isFalse();
      assertThat(learn(learner, offset, Float.MAX_VALUE).made()).isFalse();
    }
    assertThat(learner.counters().paused()).isTrue();
    learner.writeChanged(store::put);
    learner = overflowing();
    learner.read(store::get);
    String before = learner.weightsDigest();
    for (int i = 0; i < LearningPause.BATCHES; i++) {
      assertThat(learner.counters().paused()).isTrue();
      assertThat(learn(learner, offset++, 1f).paused()).isTrue();
    }
    assertThat(learner.weightsDigest()).isEqualTo(before);
    assertThat(learn(learner, offset++, Float.MAX_VALUE).paused()).as("tried, in vain").isFalse();
    assertThat(learner.counters().paused()).isTrue();
    for (int i = 0; i < LearningPause.BATCHES; i++) {
      learn(learner, offset++, 1f);
    }
    assertThat(learn(learner, offset++, 1f).made()).isTrue();
    assertThat(learner.counters().paused()).isFalse();
    Counters counters = learner.counters();
    assertThat(counters.skippedSteps()).isEqualTo(LearningPause.SKIPPED_MAX + 1);
    assertThat(counters.predicted()).isEqualTo(offset);
    assertThat(counters.labelled()).isEqualTo(counters.learned() + counters.rejected());
  }

  private static Learner overflowing() {
    return new Learner(
        new ModelSpec(
            List.of(FeatureSpec.vector("v", 3, false)),
            new LabelSpec("y", List.of()),
            List.of(LayerSpec.dense(4, Activation.RELU), LayerSpec.dense(1, Activation.LINEAR)),
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("sgd"),
            1,
            1),
        KERNELS);
  }

  private static Learner.Step learn(Learner learner, long offset, float value) {
    Arrays.fill(learner.event().vectors, value);
    learner.event().labelled = true;
    learner.event().label = 1;
    learner.add(offset);
    learner.predict(outcome -> {});
    return learner.step();
  }

  /** NaN has many bits, and which they are depends on how the JVM compiled the sums. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void shouldHoldEveryClassForEquallyProbableWhereTheSumsAreNotNumbers(int classes) {
    LabelSpec label = new LabelSpec("y", List.of("x", "y", "z").subList(0, classes));
    LossSpec loss = ModelSpec.defaultLoss(label);
    Learner learner =
        new Learner(
            new ModelSpec(
                List.of(FeatureSpec.vector("v", 2, false)),
                label,
                ModelSpec.withOutput(
                    List.of(
                        LayerSpec.dense(8, Activation.LINEAR),
                        LayerSpec.dense(8, Activation.LINEAR)),
                    label,
                    loss),
                loss,
                OptimizerSpec.of("sgd"),
                1,
                1),
            KERNELS);
    learner.event().clear();
    learner.event().vectors[0] = Float.MAX_VALUE;
    learner.event().vectors[1] = Float.MAX_VALUE;
    learner.add(0);
    learner.predict(
        outcome -> {
          for (float output : outcome.outputs) {
            assertThat(output).isEqualTo(1f / classes);
          }
          assertThat(outcome.predictedClass).isZero();
        });
  }

  @Test
  void shouldLearnARegressionInTheLabelsOwnUnit() {
    Learner learner =
        new Learner(
            spec(List.of(), 4, OptimizerSpec.of("adam", Map.of("learning_rate", 0.01))), KERNELS);
    feed(learner, 0, 20_000, null);
    Map<String, Double> figures = learner.metrics().figures();
    assertThat(figures.get("mae_window")).isLessThan(learner.metrics().baselines().get("mean") / 5);
  }

  @Test
  void shouldKeepItsSpecAsJson() {
    ModelSpec spec = spec(32);
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
    assertThat(ModelSpec.fromJson(spec.toJson()).hash()).isEqualTo(spec.hash());
  }

  /** A file that this format's first version wrote must be read forever; never write it anew. */
  @Test
  void shouldReadTheModelFileOfTheFourthFormat() throws IOException {
    try (var golden = getClass().getResourceAsStream("model-format-4.bin")) {
      Learner learner = ModelFile.load(golden, KERNELS);
      assertThat(learner.weightsDigest()).isEqualTo(GOLDEN_DIGEST);
      assertThat(learner.version()).isEqualTo(19);
      assertThat(learner.counters().pending()).isPositive();
      feed(learner, 101, 200, null);
      assertThat(learner.version()).isGreaterThan(19);
    }
  }

  @Test
  void shouldRefuseAModelFileOfANewerFormat() throws IOException {
    try (var golden = getClass().getResourceAsStream("model-format-4.bin")) {
      byte[] newer = golden.readAllBytes();
      newer["MILLRACE".length() + 3]++;
      assertThatThrownBy(() -> ModelFile.load(new ByteArrayInputStream(newer), KERNELS))
          .isInstanceOf(StateException.class)
          .hasMessage(
              "the model file has format 5, this program reads 4; use the version that wrote it");
    }
  }

  @Test
  void shouldTakeAStateWhateverItHadLearnedBefore() {
    Learner source = new Learner(spec(4), KERNELS);
    feed(source, 0, 50, null);
    Map<String, byte[]> blocks = new HashMap<>();
    source.writeAll(blocks::put);
    Learner used = new Learner(spec(4), KERNELS);
    feed(used, 1000, 1700, null);
    used.read(blocks::get);
    assertThat(used.weightsDigest()).isEqualTo(source.weightsDigest());
    assertThat(feed(used, 50, 300, null)).isEqualTo(feed(source, 50, 300, null));
    assertThat(used.weightsDigest()).isEqualTo(source.weightsDigest());
  }

  private static final String GOLDEN_DIGEST =
      "632387849a9c6af071fbe1f85bebbce0f5183ae93edf89abb5878fac77321378";
}
