package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.metric.ClassMetrics;
import dev.millrace.engine.metric.Prequential;
import dev.millrace.engine.metric.ValueMetrics;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.state.StateException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels that come some events after their event. */
class LateLabelsTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final BooleanSupplier NEVER = () -> false;

  /** What was said of an event, to the bit. */
  private record Said(long offset, long version, List<Float> outputs, double loss) {
    static Said of(Outcome outcome, boolean withLoss) {
      List<Float> outputs = new ArrayList<>();
      for (float output : outcome.outputs) {
        outputs.add(output);
      }
      return new Said(
          outcome.offset, outcome.version, outputs, withLoss ? outcome.loss : Double.NaN);
    }
  }

  private static ModelSpec spec(List<FeatureSpec> features, int classes, int batch, int delay) {
    LabelSpec label = new LabelSpec("y", List.of("p", "q", "r").subList(0, classes), null, delay);
    return new ModelSpec(
        features,
        label,
        ModelSpec.withOutput(
            List.of(
                LayerSpec.embedding(3).at("e", List.of("categories")),
                LayerSpec.dense(5, Activation.RELU)),
            label,
            ModelSpec.defaultLoss(label)),
        ModelSpec.defaultLoss(label),
        OptimizerSpec.of("adam", Map.of("learning_rate", 0.01)),
        batch,
        42);
  }

  /** Features whose rows are the same whenever they are made. */
  private static ModelSpec unscaled(int classes, int batch, int delay) {
    return spec(
        List.of(FeatureSpec.hashed("c", 30), FeatureSpec.vector("v", 2, false)),
        classes,
        batch,
        delay);
  }

  /** Features whose rows depend on what came before. */
  private static ModelSpec moving(int classes, int batch, int delay) {
    return spec(
        List.of(FeatureSpec.growing("c", 30), FeatureSpec.vector("v", 2, true)),
        classes,
        batch,
        delay);
  }

  private static long key(int text) {
    byte[] bytes = ("text " + text).getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 0, bytes.length);
  }

  /** Fills the event as the offset alone decides. */
  private static void fill(Learner learner, long offset) {
    EventRow event = learner.event();
    int classes = learner.spec().label().classes().size();
    boolean growing = !learner.spec().features().getFirst().equals(FeatureSpec.hashed("c", 30));
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    int text = random.nextInt(1 + (int) Math.min(28, offset / 10));
    event.categories[0] = growing ? key(text) : 1 + text;
    event.vectors[0] = (float) random.nextDouble(5);
    event.vectors[1] = (float) random.nextGaussian();
    event.labelled = random.nextInt(5) != 0;
    event.label =
        classes == 0 ? text + event.vectors[0] : (text + (int) event.vectors[0]) % classes;
    event.weight = random.nextInt(4) / 2.0;
  }

  private static List<Said> feed(Learner learner, long from, long to, BooleanSupplier eager) {
    List<Said> said = new ArrayList<>();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner, offset),
        eager,
        outcome -> said.add(Said.of(outcome, true)));
    return said;
  }

  /**
   * A learner with prompt labels gets each event twice: without its label when it comes, and with
   * it once its label does. Where rows do not depend on the past, that is a late label.
   */
  @ParameterizedTest
  @CsvSource({"2, 1, 1", "2, 1, 7", "3, 4, 1", "3, 16, 5", "0, 1, 100", "0, 8, 70", "2, 32, 3"})
  void shouldPredictAtOnceAndLearnWhenTheLabelComes(int classes, int batch, int delay) {
    int events = 600;
    Learner late = new Learner(unscaled(classes, batch, delay), KERNELS);
    Learner twice = new Learner(unscaled(classes, batch, 0), KERNELS);
    Prequential figures = Prequential.of(classes);
    double[][] notes = new double[events][];
    List<Said> expected = new ArrayList<>();
    for (int event = 0; event < events; event++) {
      fill(twice, event);
      boolean labelled = twice.event().labelled;
      double label = twice.event().label;
      twice.event().labelled = false;
      twice.add(2L * event);
      double[] note = labelled ? new double[figures.noteLength()] : null;
      notes[event] = note;
      twice.predict(
          outcome -> {
            if (outcome.offset % 2 == 0) {
              expected.add(Said.of(outcome, false));
              note(figures, outcome, label, note);
            }
          });
      int known = event - delay;
      if (known >= 0 && notes[known] != null) {
        figures.score(notes[known]);
        fill(twice, known);
        twice.add(2L * event + 1);
        twice.predict(outcome -> {});
        if (twice.batchIsFull()) {
          twice.step();
        }
      }
    }
    List<Said> said =
        feed(late, 0, events, NEVER).stream()
            .map(one -> new Said(2 * one.offset(), one.version(), one.outputs(), Double.NaN))
            .toList();
    assertThat(said).isEqualTo(expected);
    assertThat(late.version()).isPositive().isEqualTo(twice.version());
    assertThat(late.weightsDigest()).isEqualTo(twice.weightsDigest());
    assertThat(late.metrics().figures()).isEqualTo(figures.figures());
    assertThat(late.metrics().baselines()).isEqualTo(figures.baselines());
    late.scoreWaiting();
    for (int event = events - delay; event < events; event++) {
      if (notes[event] != null) {
        figures.score(notes[event]);
      }
    }
    assertThat(late.metrics().figures()).isEqualTo(figures.figures());
    assertThat(late.metrics().baselines()).isEqualTo(figures.baselines());
    assertThat(late.weightsDigest()).as("no more is learned").isEqualTo(twice.weightsDigest());
  }

  private static void note(Prequential figures, Outcome outcome, double label, double[] note) {
    if (note != null) {
      switch (figures) {
        case ClassMetrics m -> m.note((int) label, outcome.predictedClass, outcome.outputs, note);
        case ValueMetrics m -> m.note(label, outcome.predictedValue, note);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 1", "3, 5, 7", "0, 16, 40", "2, 4, 200"})
  void shouldSayTheSameWhereverPredictionsAreAskedFor(int classes, int batch, int delay) {
    Learner plain = new Learner(moving(classes, batch, delay), KERNELS);
    List<Said> expected = feed(plain, 0, 700, NEVER);
    for (int seed = 0; seed < 3; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Learner interrupted = new Learner(moving(classes, batch, delay), KERNELS);
      assertThat(feed(interrupted, 0, 700, () -> random.nextInt(4) == 0)).isEqualTo(expected);
      assertThat(interrupted.weightsDigest()).isEqualTo(plain.weightsDigest());
      assertThat(interrupted.metrics().figures()).isEqualTo(plain.metrics().figures());
      assertThat(interrupted.metrics().baselines()).isEqualTo(plain.metrics().baselines());
      assertThat(interrupted.counters()).isEqualTo(plain.counters());
    }
  }

  /** Commits at random, each followed by a crash of what had not been committed. */
  @ParameterizedTest
  @CsvSource({"2, 1, 1, 1", "3, 5, 7, 2", "0, 16, 40, 3", "2, 4, 200, 4"})
  void shouldGoOnFromWhatWasWrittenAtAnyEventBitForBit(
      int classes, int batch, int delay, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Learner through = new Learner(moving(classes, batch, delay), KERNELS);
    List<Said> expected = feed(through, 0, 700, NEVER);
    List<Said> said = new ArrayList<>();
    Map<String, byte[]> store = new HashMap<>();
    Learner learner = new Learner(moving(classes, batch, delay), KERNELS);
    long at = 0;
    while (at < 700) {
      long to = Math.min(700, at + 1 + random.nextInt(60));
      said.addAll(feed(learner, at, to, NEVER));
      learner.writeChanged(store::put);
      at = to;
      if (random.nextInt(3) == 0) {
        feed(learner, at, at + random.nextInt(30), NEVER); // lost
        learner = random.nextBoolean() ? learner : new Learner(learner.spec(), KERNELS);
        learner.read(store::get);
      }
    }
    assertThat(said).isEqualTo(expected);
    assertThat(learner.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(learner.metrics().figures()).isEqualTo(through.metrics().figures());
    assertThat(learner.metrics().baselines()).isEqualTo(through.metrics().baselines());
    assertThat(learner.counters()).isEqualTo(through.counters());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldGoOnFromAFileBitForBit(boolean scored) throws IOException {
    Learner through = new Learner(moving(2, 3, 20), KERNELS);
    feed(through, 0, 333, NEVER);
    if (scored) {
      through.scoreWaiting();
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(through, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(feed(loaded, 333, 700, NEVER)).isEqualTo(feed(through, 333, 700, NEVER));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(loaded.metrics().figures()).isEqualTo(through.metrics().figures());
    assertThat(loaded.counters()).isEqualTo(through.counters());
  }

  /** Bounds are of what was known when the event came, wherever predictions are asked for. */
  @ParameterizedTest
  @CsvSource({"0, 1, 0", "0, 8, 0", "3, 4, 0", "0, 4, 30", "2, 1, 5"})
  void shouldBoundTheSameWhereverItStopsAndGoesOn(int classes, int batch, int delay)
      throws IOException {
    Learner plain = new Learner(bounded(classes, batch, delay), KERNELS);
    List<List<Double>> expected = bounds(plain, 0, 900, NEVER);
    SplittableRandom random = new SplittableRandom(classes + delay);
    Learner other = new Learner(plain.spec(), KERNELS);
    List<List<Double>> said = bounds(other, 0, 500, () -> random.nextInt(4) == 0);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(other, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    said.addAll(bounds(loaded, 500, 900, NEVER));
    assertThat(said).isEqualTo(expected);
    assertThat(loaded.figures()).isEqualTo(plain.figures());
    assertThat(plain.figures().get("coverage")).isBetween(0.75, 0.9);
    assertThat(plain.weightsDigest())
        .as("bounds change no weight")
        .isEqualTo(digestWithoutBounds(classes, batch, delay));
  }

  private static String digestWithoutBounds(int classes, int batch, int delay) {
    Learner learner = new Learner(moving(classes, batch, delay), KERNELS);
    feed(learner, 0, 900, NEVER);
    return learner.weightsDigest();
  }

  private static ModelSpec bounded(int classes, int batch, int delay) {
    ModelSpec spec = moving(classes, batch, delay);
    LabelSpec label = new LabelSpec("y", spec.label().classes(), null, delay, 0.8);
    return new ModelSpec(
        spec.features(),
        label,
        spec.layers(),
        spec.loss(),
        spec.optimizer(),
        spec.batch(),
        spec.seed());
  }

  private static List<List<Double>> bounds(
      Learner learner, long from, long to, BooleanSupplier eager) {
    List<List<Double>> bounds = new ArrayList<>();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner, offset),
        eager,
        o -> bounds.add(List.of((double) o.offset, o.lower, o.upper, o.setProbabilityMin)));
    return bounds;
  }

  /** As over a file of several epochs: what was scored at the end of one is not in the next. */
  @Test
  void shouldScoreEachEventOnceThoughItIsLearnedLater() {
    Learner learner = new Learner(moving(2, 1, 50), KERNELS);
    feed(learner, 0, 300, NEVER);
    learner.scoreWaiting();
    learner.resetMetrics();
    long waited = learner.counters().waiting();
    assertThat(waited).isPositive();
    feed(learner, 300, 350, NEVER);
    assertThat(learner.metrics().figures()).as("all labels of before, none of now").isEmpty();
    assertThat(learner.counters().learned()).isEqualTo(learner.version());
  }

  @Test
  void shouldCountWaitingLabelsAsPending() {
    Learner learner = new Learner(moving(2, 8, 30), KERNELS);
    for (int events = 0; events < 200; events += 25) {
      feed(learner, events, events + 25, NEVER);
      Counters counters = learner.counters();
      assertThat(counters.labelled())
          .isEqualTo(counters.learned() + counters.pending() + counters.rejected());
      assertThat(counters.waiting()).isBetween(1L, 30L);
      assertThat(counters.pending() - counters.waiting()).isBetween(0L, 7L);
    }
  }

  @Test
  void shouldLetNumbersJoinTheStatisticsOnceAndWhenTheyCome() {
    Learner late = new Learner(moving(2, 4, 90), KERNELS);
    Learner prompt = new Learner(moving(2, 4, 0), KERNELS);
    feed(late, 0, 333, NEVER);
    feed(prompt, 0, 333, NEVER);
    Map<String, byte[]> expected = blocks(prompt);
    Map<String, byte[]> got = blocks(late);
    for (String key : List.of("feat/count/0", "feat/mean/0", "feat/m2/0")) {
      assertThat(got.get(key)).as(key).isEqualTo(expected.get(key));
    }
  }

  /** Texts get their rows in the order of the labels, so that the tables end alike but later. */
  @Test
  void shouldLetTextsJoinVocabulariesWhenTheLabelComes() {
    Learner late = new Learner(moving(2, 4, 90), KERNELS);
    Learner prompt = new Learner(moving(2, 4, 0), KERNELS);
    feed(late, 0, 150, NEVER);
    feed(prompt, 0, 150, NEVER);
    assertThat(blocks(late).get("feat/c.keys/0")).isNotEqualTo(blocks(prompt).get("feat/c.keys/0"));
    feed(late, 150, 240, NEVER);
    assertThat(blocks(late).get("feat/c.keys/0")).isEqualTo(blocks(prompt).get("feat/c.keys/0"));
  }

  private static Map<String, byte[]> blocks(Learner learner) {
    Map<String, byte[]> blocks = new HashMap<>();
    learner.writeAll(blocks::put);
    return blocks;
  }

  @Test
  void shouldWriteTheSameKeysInEveryCopy() {
    Learner learner = new Learner(moving(2, 1, 10), KERNELS);
    var before = new TreeSet<>(blocks(learner).keySet());
    feed(learner, 0, 100, NEVER);
    var after = new TreeSet<>(blocks(learner).keySet());
    before.removeIf(key -> !key.startsWith("wait/"));
    after.removeIf(key -> !key.startsWith("wait/"));
    assertThat(after).hasSize(10).isEqualTo(before);
  }

  @Test
  void shouldRefuseAWaitingRowThatIsMissingOrBroken() {
    Learner learner = new Learner(moving(2, 1, 4), KERNELS);
    feed(learner, 0, 50, NEVER);
    String last = "wait/" + (learner.counters().labelled() - 1) % 4;
    Map<String, byte[]> whole = blocks(learner);
    for (int length = -1; length < whole.get(last).length; length++) {
      Map<String, byte[]> broken = new HashMap<>(whole);
      broken.put(last, length < 0 ? null : Arrays.copyOf(whole.get(last), length));
      Learner other = new Learner(learner.spec(), KERNELS);
      assertThatThrownBy(
              () -> {
                other.read(broken::get);
                feed(other, 50, 60, NEVER);
              })
          .as("length %d", length)
          .isInstanceOf(StateException.class);
    }
  }

  @Test
  void shouldKeepTheDelayInTheSpecAndRefuseOneThatCannotBe() {
    ModelSpec spec = moving(2, 1, 48);
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
    assertThat(moving(2, 1, 0).toJson()).doesNotContain("delay");
    assertThatThrownBy(() -> new LabelSpec("y", List.of(), null, -1))
        .hasMessage("delay must be 0 to 100,000 events, delay=-1");
    assertThatThrownBy(() -> new LabelSpec("y", List.of(), null, 100_001))
        .hasMessage("delay must be 0 to 100,000 events, delay=100,001");
  }
}
