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
import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.random.CounterRandom;
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
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes of which one is rare: what is learned of them, and what is said. */
class ImbalanceTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final BooleanSupplier NEVER = () -> false;
  private static final int EVENTS = 600;
  private static final double RATE = 0.3;
  private static final List<String> CLASSES = List.of("p", "q", "r");

  /** A prediction, to the bit. */
  private record Said(long offset, long version, List<Float> outputs, int predicted) {
    static Said of(Outcome outcome) {
      List<Float> outputs = new ArrayList<>();
      for (float output : outcome.outputs) {
        outputs.add(output);
      }
      return new Said(outcome.offset, outcome.version, outputs, outcome.predictedClass);
    }
  }

  /** What is tried, by name. */
  private static ImbalanceSpec imbalance(String name, int classes) {
    List<String> frequent = CLASSES.subList(0, classes - 1);
    return switch (name) {
      case "none" -> ImbalanceSpec.NONE;
      case "stated" ->
          new ImbalanceSpec(List.of(0.5, 4.0, 0.0).subList(0, classes), false, null, null);
      case "balanced" -> new ImbalanceSpec(List.of(), true, null, null);
      case "sampled" -> new ImbalanceSpec(List.of(), false, sampling(frequent, true), null);
      case "uncorrected" -> new ImbalanceSpec(List.of(), false, sampling(frequent, false), null);
      case "all" -> new ImbalanceSpec(List.of(), true, sampling(frequent, true), null);
      case "chosen" ->
          new ImbalanceSpec(
              List.of(),
              true,
              sampling(frequent, false),
              new ImbalanceSpec.Threshold(null, ImbalanceSpec.Metric.F1));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static ImbalanceSpec.Undersampling sampling(List<String> classes, boolean correction) {
    return new ImbalanceSpec.Undersampling(RATE, classes, correction);
  }

  private static ModelSpec spec(
      String imbalance, int classes, int batch, int delay, boolean growing, boolean panel) {
    LabelSpec label =
        new LabelSpec(
            "y", CLASSES.subList(0, classes), null, delay, 0, imbalance(imbalance, classes));
    List<FeatureSpec> features =
        List.of(
            growing ? FeatureSpec.growing("c", 30) : FeatureSpec.hashed("c", 30),
            FeatureSpec.vector("v", 2, true));
    if (panel) {
      return new ModelSpec(
          features,
          label,
          ModelSpec.defaultLoss(label),
          AutoPanel.of(features, classes, 42),
          batch,
          42);
    }
    List<LayerSpec> hidden =
        List.of(
            LayerSpec.embedding(3).at("e", List.of("categories")),
            LayerSpec.dense(5, Activation.RELU));
    return new ModelSpec(
        features,
        label,
        ModelSpec.withOutput(hidden, label, ModelSpec.defaultLoss(label)),
        ModelSpec.defaultLoss(label),
        OptimizerSpec.of("adam", Map.of("learning_rate", 0.01)),
        batch,
        42);
  }

  /** Fills the event as the offset alone decides; the last class is rare. */
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
    boolean rare = event.vectors[0] + event.vectors[1] > 5;
    event.label = rare ? classes - 1 : text % (classes - 1);
    event.weight = random.nextInt(4) / 2.0;
  }

  private static long key(int text) {
    byte[] bytes = ("text " + text).getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 0, bytes.length);
  }

  private static List<Said> feed(Learner learner, long from, long to, BooleanSupplier eager) {
    List<Said> said = new ArrayList<>();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner, offset),
        eager,
        outcome -> said.add(Said.of(outcome)));
    return said;
  }

  /**
   * The definition, over the whole log: what becomes of each event, and what it weighs. A learner
   * without any of it, which is told the weights and to which events that are left out come without
   * a label, learns the same.
   */
  private static List<Said> plain(String name, Learner learner) {
    int classes = learner.spec().label().classes().size();
    ImbalanceSpec imbalance = imbalance(name, classes);
    double[] counts = new double[classes];
    Arrays.fill(counts, 1);
    List<Said> said = new ArrayList<>();
    Feed.feed(
        learner,
        0,
        EVENTS,
        offset -> {
          fill(learner, offset);
          EventRow event = learner.event();
          if (!event.labelled) {
            return;
          }
          int label = (int) event.label;
          double standsFor = 1;
          if (imbalance.undersampling() != null && label < classes - 1) {
            event.labelled = CounterRandom.uniform(42, 0x756e646572L, offset) < RATE;
            standsFor = imbalance.undersampling().correction() ? 1 / RATE : 1;
          }
          if (!event.labelled) {
            return;
          }
          double factor = standsFor;
          if (!imbalance.classWeight().isEmpty()) {
            factor = standsFor * imbalance.classWeight().get(label);
          }
          if (imbalance.balanced()) {
            double n = 0;
            for (int k = 0; k < classes; k++) {
              counts[k] *= 0.9999;
              counts[k] += k == label ? standsFor : 0;
              n += counts[k];
            }
            factor = standsFor * n / (classes * counts[label]);
          }
          event.weight = (float) event.weight * factor;
        },
        NEVER,
        outcome -> said.add(Said.of(outcome)));
    return said;
  }

  @ParameterizedTest
  @CsvSource({
    "stated, 2, 1, 0, false",
    "stated, 3, 8, 7, false",
    "balanced, 2, 1, 0, false",
    "balanced, 2, 8, 0, false",
    "balanced, 3, 8, 7, false",
    "balanced, 2, 1, 100, true",
    "balanced, 3, 8, 0, true",
    "sampled, 2, 1, 0, false",
    "sampled, 2, 8, 7, true",
    "uncorrected, 3, 8, 0, false",
    "all, 2, 1, 0, true",
    "all, 2, 8, 40, false",
    "all, 3, 1, 5, false",
  })
  void shouldLearnWhatThePlainDefinitionSays(
      String name, int classes, int batch, int delay, boolean panel) {
    Learner learner = new Learner(spec(name, classes, batch, delay, false, panel), KERNELS);
    Learner twin = new Learner(spec("none", classes, batch, delay, false, panel), KERNELS);
    assertThat(feed(learner, 0, EVENTS, NEVER)).isEqualTo(plain(name, twin));
    assertThat(learner.version()).isPositive().isEqualTo(twin.version());
    Counters counters = learner.counters();
    assertThat(counters.learned()).isEqualTo(twin.counters().learned());
    assertThat(counters.undersampled() > 0)
        .isEqualTo(!name.equals("stated") && !name.equals("balanced"));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "8, 0", "1, 7", "8, 40"})
  void shouldScoreWhatItLeavesOutAndCountEveryEventOnce(int batch, int delay) {
    Learner learner = new Learner(spec("all", 2, batch, delay, true, false), KERNELS);
    long labelled = 0;
    for (long offset = 0; offset < EVENTS; offset++) {
      fill(learner, offset);
      labelled += learner.event().labelled ? 1 : 0;
      learner.add(offset);
      learner.predict(outcome -> {});
      if (learner.batchIsFull()) {
        learner.step();
      }
      Counters counters = learner.counters();
      assertThat(counters.labelled())
          .isEqualTo(labelled)
          .isEqualTo(
              counters.learned()
                  + counters.pending()
                  + counters.rejected()
                  + counters.undersampled());
    }
    assertThat(learner.counters().undersampled()).isBetween(labelled / 3, labelled);
    learner.scoreWaiting();
    Learner everything = new Learner(spec("none", 2, batch, delay, true, false), KERNELS);
    feed(everything, 0, EVENTS, NEVER);
    everything.scoreWaiting();
    assertThat(learner.metrics().baselines()).isEqualTo(everything.metrics().baselines());
  }

  @Test
  void shouldCountOnFromWhatAnotherModelLeftOut() {
    Learner before = new Learner(spec("sampled", 2, 8, 0, true, false), KERNELS);
    feed(before, 0, EVENTS, NEVER);
    Map<String, byte[]> store = new HashMap<>();
    before.writeChanged(store::put);
    assertThat(Learner.stored(store::get).counters()).isEqualTo(before.counters());
    Learner after = new Learner(spec("none", 2, 8, 0, true, false), KERNELS);
    after.countOnFrom(before.counters());
    assertThat(after.counters().undersampled())
        .isPositive()
        .isEqualTo(before.counters().undersampled());
    after.writeChanged(store::put);
    assertThat(Learner.stored(store::get).counters()).isEqualTo(after.counters());
    assertThat(after.counters().labelled())
        .isEqualTo(
            after.counters().learned()
                + after.counters().rejected()
                + after.counters().undersampled());
  }

  /** Otherwise a new text would be known only where the event is learned, which is by its label. */
  @Test
  void shouldNotTellByThePredictionWhetherTheEventIsLearned() {
    for (long seed = 0; seed < 50; seed++) {
      List<List<Float>> outputs = new ArrayList<>();
      for (int label = 0; label < 2; label++) {
        Learner learner = new Learner(spec("sampled", 2, 1, 0, true, false), KERNELS);
        feed(learner, 0, 100, NEVER);
        fill(learner, 100 + seed);
        learner.event().categories[0] = key(1_000);
        learner.event().labelled = true;
        learner.event().label = label;
        learner.add(100 + seed);
        learner.predict(outcome -> outputs.add(Said.of(outcome).outputs()));
      }
      assertThat(outputs.getFirst()).as("seed " + seed).isEqualTo(outputs.getLast());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "chosen, 1, 0, false",
    "chosen, 8, 7, false",
    "all, 8, 0, true",
    "chosen, 1, 30, true"
  })
  void shouldGoOnFromWhatWasWrittenAtAnyEventBitForBit(
      String name, int batch, int delay, boolean panel) {
    SplittableRandom random = new SplittableRandom(batch + delay);
    Learner through = new Learner(spec(name, 2, batch, delay, true, panel), KERNELS);
    List<Said> expected = feed(through, 0, EVENTS, NEVER);
    List<Said> said = new ArrayList<>();
    Map<String, byte[]> store = new HashMap<>();
    Learner learner = new Learner(through.spec(), KERNELS);
    long at = 0;
    while (at < EVENTS) {
      long to = Math.min(EVENTS, at + 1 + random.nextInt(60));
      said.addAll(feed(learner, at, to, () -> random.nextInt(4) == 0));
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
    assertThat(learner.figures()).isEqualTo(through.figures());
    assertThat(learner.counters()).isEqualTo(through.counters());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void shouldGoOnFromAFileBitForBit(int batch) throws IOException {
    Learner through = new Learner(spec("chosen", 2, batch, 20, true, false), KERNELS);
    feed(through, 0, 333, NEVER);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(through, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(loaded.spec()).isEqualTo(through.spec());
    assertThat(feed(loaded, 333, EVENTS, NEVER)).isEqualTo(feed(through, 333, EVENTS, NEVER));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(loaded.figures()).isEqualTo(through.figures());
    assertThat(loaded.counters()).isEqualTo(through.counters());
  }

  @Test
  void shouldMoveTheClassAloneByTheThreshold() {
    Learner plain = new Learner(spec("uncorrected", 2, 8, 7, true, false), KERNELS);
    ModelSpec spec = plain.spec();
    List<Said> expected = feed(plain, 0, EVENTS, NEVER);
    for (double threshold : new double[] {0.1, 0.5, 0.9}) {
      ImbalanceSpec imbalance =
          new ImbalanceSpec(
              List.of(),
              false,
              spec.label().imbalance().undersampling(),
              new ImbalanceSpec.Threshold(threshold, null));
      LabelSpec label = new LabelSpec("y", spec.label().classes(), null, 7, 0, imbalance);
      Learner moved =
          new Learner(
              new ModelSpec(
                  spec.features(),
                  label,
                  spec.layers(),
                  spec.loss(),
                  spec.optimizer(),
                  spec.batch(),
                  spec.seed()),
              KERNELS);
      List<Said> said = feed(moved, 0, EVENTS, NEVER);
      for (int i = 0; i < EVENTS; i++) {
        Said was = expected.get(i);
        boolean second = was.outputs().get(1) >= (float) threshold;
        assertThat(said.get(i))
            .isEqualTo(new Said(was.offset(), was.version(), was.outputs(), second ? 1 : 0));
      }
      assertThat(moved.weightsDigest()).isEqualTo(plain.weightsDigest());
      assertThat(moved.figures()).containsEntry("threshold", (double) (float) threshold);
      assertThat(moved.figures().get("log_loss")).isEqualTo(plain.figures().get("log_loss"));
    }
  }

  @Test
  void shouldNotLetAWeightOverflow() {
    ModelSpec spec = spec("stated", 2, 1, 0, false, false);
    Learner learner = new Learner(spec, KERNELS);
    fill(learner, 0);
    learner.event().labelled = true;
    learner.event().label = 1;
    learner.event().weight = Float.MAX_VALUE;
    learner.add(0);
    learner.predict(outcome -> {});
    assertThat(learner.step().made()).isIn(true, false);
    feed(learner, 1, 50, NEVER);
    assertThat(feed(learner, 50, 60, NEVER))
        .allSatisfy(said -> assertThat(said.outputs()).allMatch(p -> p >= 0 && p <= 1));
  }

  @Test
  void shouldSaveItsSpecAndRefuseWhatDoesNotGoTogether() {
    ModelSpec spec = spec("chosen", 2, 1, 0, false, false);
    assertThat(ModelSpec.fromJson(spec.toJson())).isEqualTo(spec);
    assertThat(spec("none", 2, 1, 0, false, false).toJson()).doesNotContain("imbalance");
    ImbalanceSpec.Threshold half = new ImbalanceSpec.Threshold(0.5, null);
    assertThatThrownBy(
            () ->
                new LabelSpec("y", CLASSES, null, 0, 0, new ImbalanceSpec(null, false, null, half)))
        .hasMessage("a threshold is between two classes, classes=3");
    assertThatThrownBy(() -> new LabelSpec("y", List.of(), null, 0, 0, imbalance("stated", 2)))
        .hasMessage(
            "class_weight, undersampling and threshold are of classes, the label is a number");
    assertThatThrownBy(() -> new LabelSpec("y", CLASSES, null, 0, 0, imbalance("stated", 2)))
        .hasMessage("2 class weights of 3 classes");
    assertThatThrownBy(() -> new ImbalanceSpec.Threshold(1.0, null))
        .hasMessage("threshold must be between 0 and 1, value=1.0");
    assertThatThrownBy(() -> new ImbalanceSpec(List.of(-1.0, 1.0), false, null, null))
        .hasMessage("a class weight must be 0 to 1e6, weight=-1.0");
  }
}
