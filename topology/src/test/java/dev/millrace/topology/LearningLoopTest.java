package dev.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Counters;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.StateException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import dev.millrace.topology.store.Lineage;
import dev.millrace.topology.store.StateMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class LearningLoopTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  /** What was said, in order, as texts that show every bit. */
  private static class Told implements LearningLoop.Sink {
    final List<String> lines = new ArrayList<>();

    @Override
    public void prediction(Event event, Outcome outcome) {
      assertThat(outcome.offset).isEqualTo(event.offset());
      lines.add(
          "prediction %d v%d %s %s %s"
              .formatted(
                  event.offset(),
                  outcome.version,
                  Arrays.toString(outcome.outputs),
                  outcome.labelled,
                  outcome.loss));
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      lines.add("dead letter %d %s".formatted(event.offset(), why.reason()));
    }

    @Override
    public void skipped(Learner.Step step) {
      lines.add("skipped " + step);
    }

    @Override
    public void snapshot(Learner learner) {
      lines.add("snapshot v%d %s".formatted(learner.version(), learner.weightsDigest()));
    }
  }

  /** A log decided by its seed: mostly good events, with malformed ones among them. */
  private static List<byte[]> log(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> log = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      byte[] good = Events.good(seed * 1000 + i);
      log.add(
          switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> Arrays.copyOf(good, random.nextInt(good.length));
            case 2 -> Arrays.copyOf(good, good.length + 1);
            case 3 -> Events.frame(999, new byte[3]);
            default -> good;
          });
    }
    return log;
  }

  private static LearningLoop loop(Pipeline pipeline, LearningLoop.Sink sink) {
    return new LearningLoop(
        pipeline,
        KERNELS,
        id -> {
          if (id != Events.SCHEMA_ID) {
            throw new BadEventException(Reason.UNKNOWN_SCHEMA, "no schema " + id);
          }
          return Events.SCHEMA;
        },
        sink);
  }

  private static Event event(List<byte[]> log, int offset) {
    return new Event(null, log.get(offset), "in", 0, offset, 0);
  }

  /** Law 2 and law 3: commits and restarts anywhere change nothing. */
  @Property(tries = 200)
  void shouldTellTheSameWhereverItCommitsAndRestarts(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int batch) {
    tellsTheSame(seed, Events.pipeline(batch, 3));
  }

  /** The same where a text has a row by when it was first learned, if one was left. */
  @Property(tries = 200)
  void shouldKnowTheSameTextsWhereverItCommitsAndRestarts(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int batch,
      @ForAll @IntRange(min = 1, max = 4) int texts) {
    tellsTheSame(seed, Events.pipeline(batch, 3, "growing, size: " + texts));
  }

  /** The same where labels come late, and the rows that wait for them are part of the state. */
  @Property(tries = 200)
  void shouldLearnLateLabelsTheSameWhereverItCommitsAndRestarts(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int batch,
      @ForAll @IntRange(min = 1, max = 40) int delay) {
    tellsTheSame(seed, Events.pipeline(batch, 3, "growing, size: 3").withDelay(delay));
  }

  /** The same where the output layer keeps a state of its own, alone or behind a layer. */
  @Property(tries = 100)
  void shouldTellTheSameOfLeastSquaresWhereverItCommitsAndRestarts(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int batch, @ForAll boolean alone) {
    String layers =
        (alone ? "[" : "[{dense: 4, activation: tanh}, ")
            + "{recursive_least_squares: {forgetting: 0.95}}]";
    tellsTheSame(seed, Events.regression(batch, layers));
  }

  /** The same of a panel, of classes and of values, with labels that come at once or late. */
  @Property(tries = 16)
  void shouldTellTheSameOfAPanelWhereverItCommitsAndRestarts(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int batch,
      @ForAll @IntRange(min = 0, max = 20) int delay,
      @ForAll boolean classes) {
    String label = classes ? "{field: y, classes: [no, yes], weight: w}" : "{field: w}";
    Pipeline pipeline = Events.auto(batch, "growing, size: 3", label);
    tellsTheSame(seed, pipeline.withDelay(delay));
  }

  /** A field that nothing reads, wherever it stands, and events of both schemas in turn. */
  @Test
  void shouldNotCareForAFieldOfTheSchemaThatNothingReads() {
    Schema wider =
        SchemaBuilder.record("Sample")
            .fields()
            .requiredString("before")
            .optionalDouble("x")
            .name("more")
            .type()
            .array()
            .items()
            .doubleType()
            .noDefault()
            .requiredString("color")
            .requiredDouble("between")
            .optionalString("y")
            .optionalDouble("w")
            .requiredLong("after")
            .endRecord();
    String label = "{field: y, classes: [no, yes], weight: w}";
    Pipeline pipeline = Events.auto(1, "growing, size: 3", label);
    List<List<String>> said = new ArrayList<>();
    List<String> digests = new ArrayList<>();
    for (int every : new int[] {Integer.MAX_VALUE, 1, 3}) { // none, all and some are wider
      Told told = new Told();
      LearningLoop loop =
          new LearningLoop(
              pipeline, KERNELS, id -> id == Events.SCHEMA_ID ? Events.SCHEMA : wider, told);
      for (int i = 0; i < 100; i++) {
        byte[] value = Events.good(i);
        if (i % every == every - 1) {
          value = Events.frame(8, Events.write(wider(wider, value, i)));
        }
        loop.accept(new Event(null, value, "in", 0, i, 0));
      }
      loop.predict();
      said.add(told.lines);
      digests.add(digest(loop));
    }
    assertThat(said.getFirst()).filteredOn(line -> line.startsWith("prediction")).hasSize(100);
    assertThat(said).containsOnly(said.getFirst());
    assertThat(digests).containsOnly(digests.getFirst());
  }

  private static GenericRecord wider(Schema schema, byte[] narrow, int number) {
    GenericRecord event = new GenericData.Record(schema);
    GenericRecord good = Events.read(narrow);
    for (String field : List.of("x", "color", "y", "w")) {
      event.put(field, good.get(field));
    }
    event.put("before", "text " + number);
    event.put("more", List.of(1.0, (double) number));
    event.put("between", 1e300);
    event.put("after", (long) number);
    return event;
  }

  private static void tellsTheSame(long seed, Pipeline pipeline) {
    List<byte[]> log = log(seed, 120);
    Told expected = new Told();
    LearningLoop plain = loop(pipeline, expected);
    for (int i = 0; i < log.size(); i++) {
      plain.accept(event(log, i));
    }
    plain.predict();

    SplittableRandom random = new SplittableRandom(seed ^ 0x5EED);
    Map<String, byte[]> store = new HashMap<>();
    Told told = new Told();
    Told uncommitted = new Told();
    LearningLoop loop = loop(pipeline, uncommitted);
    int committed = 0;
    for (int i = 0; i < log.size(); i++) {
      loop.accept(event(log, i));
      if (random.nextInt(10) == 0 || i == log.size() - 1) {
        loop.predict();
        loop.writeChanged(store::put);
        told.lines.addAll(uncommitted.lines);
        uncommitted.lines.clear();
        committed = i + 1;
      } else if (random.nextInt(15) == 0) { // a crash: what was not committed never was
        uncommitted.lines.clear();
        loop = loop(pipeline, uncommitted);
        loop.read(store::get);
        i = committed - 1;
      }
      assertThatNothingIsLost(loop);
    }
    assertThat(sorted(told.lines)).isEqualTo(sorted(expected.lines));
    assertThat(digest(loop)).isEqualTo(digest(plain));
    assertThat(loop.counters()).isEqualTo(plain.counters());

    LearningLoop restored = loop(pipeline, new Told());
    restored.read(store::get);
    assertThat(digest(restored)).isEqualTo(digest(plain));
    assertThat(restored.counters()).isEqualTo(plain.counters());
  }

  /** Law 4. */
  private static void assertThatNothingIsLost(LearningLoop loop) {
    loop.predict();
    Counters counters = loop.counters();
    assertThat(loop.state().read()).isEqualTo(counters.predicted() + loop.state().deadLettered());
    assertThat(counters.labelled())
        .isEqualTo(
            counters.learned()
                + counters.pending()
                + counters.rejected()
                + counters.undersampled());
  }

  /** Dead letters go out at once and predictions wait: order is promised within each, by offset. */
  private static List<String> sorted(List<String> lines) {
    List<String> byKind = new ArrayList<>(lines);
    byKind.sort((a, b) -> a.substring(0, 4).compareTo(b.substring(0, 4)));
    return byKind;
  }

  private static String digest(LearningLoop loop) {
    return loop.learner().map(Learner::weightsDigest).orElse("no model");
  }

  /** What a schema lacked before there was a model says nothing of what it gives to the model. */
  @Test
  void shouldTakeASchemaWithoutALabelOnceThereIsAModelWhetherItRestartsOrNot() {
    Schema unlabelled =
        SchemaBuilder.record("Sample")
            .fields()
            .optionalDouble("x")
            .requiredString("color")
            .endRecord();
    GenericRecord event = new GenericData.Record(unlabelled);
    event.put("x", 0.5);
    event.put("color", "red");
    byte[] value = Events.frame(8, Events.write(event));
    Told told = new Told();
    LearningLoop loop =
        new LearningLoop(
            Events.pipeline(4, 100), KERNELS, id -> id == 8 ? unlabelled : Events.SCHEMA, told);
    loop.accept(new Event(null, value, "in", 0, 0, 0));
    loop.accept(new Event(null, Events.good(1), "in", 0, 1, 0));
    loop.accept(new Event(null, value, "in", 0, 2, 0));
    loop.predict();
    assertThat(told.lines).hasSize(3);
    assertThat(told.lines.get(0)).isEqualTo("dead letter 0 SCHEMA_MISMATCH");
    assertThat(told.lines.get(2)).startsWith("prediction 2 v0");
  }

  /** From the file to the prediction: a plane is known exactly once it has been seen. */
  @Test
  void shouldKnowAPlaneAfterAsManyEventsAsItHasCoefficients() {
    Schema schema =
        SchemaBuilder.record("Plane")
            .fields()
            .requiredDouble("a")
            .requiredDouble("b")
            .requiredDouble("z")
            .endRecord();
    Pipeline pipeline =
        PipelineParser.parse(
            """
            input:
              topic: in
              features: [{name: a, normalize: false}, {name: b, normalize: false}]
            label: {field: z}
            model: {layers: [{recursive_least_squares: {ridge: 1e-9}}]}
            """,
            "plane.yaml");
    List<Double> errors = new ArrayList<>();
    Told sink =
        new Told() {
          @Override
          public void prediction(Event event, Outcome outcome) {
            errors.add(Math.abs(outcome.predictedValue - outcome.label));
          }
        };
    LearningLoop loop = new LearningLoop(pipeline, KERNELS, id -> schema, sink);
    double[][] events = {{0, 0}, {9, 9}, {9, -9}, {1, 2}, {5, -3}, {-2, 1}};
    for (int offset = 0; offset < events.length; offset++) {
      GenericRecord event = new GenericData.Record(schema);
      event.put("a", events[offset][0]);
      event.put("b", events[offset][1]);
      event.put("z", 1000 + 4 * events[offset][0] + 3 * events[offset][1]);
      byte[] value = Events.frame(Events.SCHEMA_ID, Events.write(event));
      loop.accept(new Event(null, value, "in", 0, offset, 0));
    }
    assertThat(errors.subList(0, 2)).allMatch(error -> error > 10);
    assertThat(errors.subList(3, 5)).allMatch(error -> error < 1e-4);
    assertThat(errors.get(5)).as("kept within the labels seen, from 1000").isEqualTo(5);
    assertThat(loop.counters().learned()).isEqualTo(6);
  }

  @Test
  void shouldKeepPredictionsInTheOrderOfTheirOffsets() {
    Told told = new Told();
    LearningLoop loop = loop(Events.pipeline(4, 100), told);
    List<byte[]> log = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      log.add(Events.good(i));
      loop.accept(event(log, i));
    }
    loop.predict();
    assertThat(told.lines).hasSize(100);
    for (int i = 0; i < 100; i++) {
      assertThat(told.lines.get(i)).startsWith("prediction " + i + " ");
    }
  }

  /** Law 4, where the weight or the count is wrong. */
  @Test
  void shouldDeadLetterANegativeWeightOrCountAndLearnTheRest() {
    Schema schema =
        SchemaBuilder.record("Counted")
            .fields()
            .requiredDouble("x")
            .requiredDouble("n")
            .requiredDouble("w")
            .endRecord();
    Pipeline pipeline =
        PipelineParser.parse(
            """
            input: {topic: in}
            label: {field: n, weight: w}
            model: {loss: poisson}
            batch: 2
            """,
            "counted.yaml");
    Told told = new Told();
    LearningLoop loop = new LearningLoop(pipeline, KERNELS, id -> schema, told);
    double[][] events = {{1, 3, 1}, {2, -3, 1}, {3, 4, -1}, {4, 5, 0}, {5, 6, 2}};
    for (int offset = 0; offset < events.length; offset++) {
      GenericRecord event = new GenericData.Record(schema);
      event.put("x", events[offset][0]);
      event.put("n", events[offset][1]);
      event.put("w", events[offset][2]);
      byte[] value = Events.frame(Events.SCHEMA_ID, Events.write(event));
      loop.accept(new Event(null, value, "in", 0, offset, 0));
      assertThatNothingIsLost(loop);
    }
    assertThat(told.lines).contains("dead letter 1 NEGATIVE", "dead letter 2 NEGATIVE");
    assertThat(loop.state().deadLettered()).isEqualTo(2);
    assertThat(loop.counters().learned()).isEqualTo(2);
    assertThat(loop.counters().pending()).isEqualTo(1);
  }

  /** Law 2, where the first schema cannot make the model that later reads its events. */
  @Test
  void shouldJudgeASchemaTheSameWhetherItRestartsOnceThereIsAModelOrNot() {
    Schema unlabelled =
        SchemaBuilder.record("Sample")
            .fields()
            .requiredDouble("x")
            .requiredString("color")
            .endRecord();
    GenericRecord event = new GenericData.Record(unlabelled);
    event.put("x", 0.5);
    event.put("color", "red");
    byte[] early = Events.frame(8, Events.write(event));
    List<byte[]> log = List.of(early, Events.good(1), early, Events.good(2), early);
    LearningLoop.Schemas schemas = id -> id == 8 ? unlabelled : Events.SCHEMA;
    Told expected = new Told();
    LearningLoop plain = new LearningLoop(Events.pipeline(4, 100), KERNELS, schemas, expected);
    Told told = new Told();
    Map<String, byte[]> store = new HashMap<>();
    for (int i = 0; i < log.size(); i++) {
      plain.accept(event(log, i));
      plain.predict();
      LearningLoop restarted = new LearningLoop(Events.pipeline(4, 100), KERNELS, schemas, told);
      restarted.read(store::get);
      restarted.accept(event(log, i));
      restarted.predict();
      restarted.writeChanged(store::put);
    }
    assertThat(told.lines).isEqualTo(expected.lines);
    assertThat(told.lines.getFirst()).isEqualTo("dead letter 0 SCHEMA_MISMATCH");
    assertThat(told.lines.get(2)).startsWith("prediction 2 ");
  }

  @Test
  void shouldCountDeadLettersByReasonOverRestarts() {
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop = loop(Events.pipeline(4, 100), new Told());
    loop.accept(new Event(null, null, "in", 0, 0, 0));
    loop.accept(new Event(null, Arrays.copyOf(Events.good(1), 7), "in", 0, 1, 0));
    loop.writeChanged(store::put);
    LearningLoop again = loop(Events.pipeline(4, 100), new Told());
    again.read(store::get);
    again.accept(new Event(null, new byte[0], "in", 0, 2, 0));
    assertThat(again.state().deadLetters())
        .isEqualTo(Map.of(Reason.EMPTY, 2L, Reason.TRUNCATED, 1L));
    assertThat(again.state().deadLettered()).isEqualTo(3);
  }

  @Test
  void shouldNotLearnAnOffsetTwice() {
    LearningLoop loop = loop(Events.pipeline(4, 100), new Told());
    List<byte[]> log = log(3, 10);
    loop.accept(event(log, 5));
    assertThatThrownBy(() -> loop.accept(event(log, 5))).hasMessageContaining("offset 5");
  }

  @Test
  void shouldRefuseStateOfAnotherModelAndNameTheDifference() {
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop = loop(Events.pipeline(4, 100), new Told());
    loop.accept(new Event(null, Events.good(1), "in", 0, 0, 0));
    loop.predict();
    loop.writeChanged(store::put);
    assertThatThrownBy(() -> loop(Events.pipeline(8, 100), new Told()).read(store::get))
        .isInstanceOf(StateMismatchException.class)
        .hasMessageContaining("batch: was 4, is 8")
        .hasMessageContaining("another name");
    Pipeline robust =
        PipelineParser.parse(
            """
            input: {topic: in, features: [x]}
            label: {field: y, classes: [no, yes]}
            model: {loss: {binary_crossentropy: {label_smoothing: 0.1}}}
            """,
            "robust.yaml");
    assertThatThrownBy(
            () -> loop(Events.pipeline(4, 100, "growing, size: 30"), new Told()).read(store::get))
        .hasMessageContaining("color")
        .hasMessageContaining("is growing, up to 30 texts");
    assertThatThrownBy(() -> loop(robust, new Told()).read(store::get))
        .hasMessageContaining("label: was y of [no, yes], weight w, is y of [no, yes];")
        .hasMessageContaining(
            "model.loss: was binary_crossentropy{label_smoothing=0.0}, is"
                + " binary_crossentropy{label_smoothing=0.1}");
  }

  @Test
  void shouldRefuseStateThatDidOtherwiseAboutRareClasses() {
    String yaml =
        """
        input: {topic: in, features: [x]}
        label:
          field: y
          classes: [no, yes]
          %s
        """;
    String balanced = "class_weight: balanced";
    String weights = "class_weight: {yes: 20}";
    String sampled = "undersampling: {rate: 0.1, classes: [no], correction: false}";
    String chosen = "threshold: {metric: f1}";
    List<String> words =
        List.of(
            "class_weight balanced",
            "class_weight [yes 20.0]",
            "undersampling of [no] at rate 0.1 without correction",
            "threshold for f1");
    List<String> lines = List.of(balanced, weights, sampled, chosen);
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop =
        loop(PipelineParser.parse(yaml.formatted("threshold: 0.2"), "p"), new Told());
    loop.accept(new Event(null, Events.good(1), "in", 0, 0, 0));
    loop.predict();
    loop.writeChanged(store::put);
    for (int i = 0; i < lines.size(); i++) {
      Pipeline other = PipelineParser.parse(yaml.formatted(lines.get(i)), "p");
      assertThatThrownBy(() -> loop(other, new Told()).read(store::get))
          .isInstanceOf(StateMismatchException.class)
          .hasMessageContaining(
              "label: was y of [no, yes], threshold 0.2, is y of [no, yes], "
                  + words.get(i)
                  + ". ");
    }
  }

  @Test
  void shouldNameTheSettingsInWhichLeastSquaresDiffer() {
    String layers = "[{dense: 4}, {recursive_least_squares: {forgetting: %s}}]";
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop = loop(Events.regression(1, layers.formatted("1")), new Told());
    loop.accept(new Event(null, Events.good(1), "in", 0, 0, 0));
    loop.predict();
    loop.writeChanged(store::put);
    LearningLoop other = loop(Events.regression(1, layers.formatted("0.9")), new Told());
    assertThatThrownBy(() -> other.read(store::get))
        .hasMessageContaining("model.layers: was [4 relu, recursive_least_squares of ridge 1.0,")
        .hasMessageContaining("forgetting 0.9,");
  }

  @Test
  void shouldAcceptAnotherSnapshotRuleOnTheSameState() {
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop = loop(Events.pipeline(4, 100), new Told());
    loop.accept(new Event(null, Events.good(1), "in", 0, 0, 0));
    loop.predict();
    loop.writeChanged(store::put);
    LearningLoop again = loop(Events.pipeline(4, 7), new Told());
    again.read(store::get);
    assertThat(again.state()).isEqualTo(loop.state());
  }

  @Test
  void shouldGoOnWithAHarmlessChangeAndRecordIt() {
    Map<String, byte[]> store = learned(Events.pipeline(4, 100));
    LearningLoop again = loop(Events.pipeline(4, 7), new Told());
    again.read(store::get);
    assertThat(again.lineage().changes())
        .containsExactly(new Lineage.Change(2, 12, "snapshots.every: was 100 steps, is 7 steps"));
    assertThat(again.lineage().configHash()).isEqualTo(again.learner().get().spec().hash());
    Map<String, byte[]> later = new HashMap<>();
    again.writeAll(later::put);
    LearningLoop third = loop(Events.pipeline(4, 7), new Told());
    third.read(later::get);
    assertThat(third.lineage()).as("kept until a snapshot tells it").isEqualTo(again.lineage());
    for (int i = 12; i < 40; i++) {
      third.accept(new Event(null, Events.good(i), "in", 0, i, 0));
    }
    assertThat(third.lineage().changes()).isEmpty();
  }

  /** The blocks of a model that has learned twelve events. */
  private static Map<String, byte[]> learned(Pipeline pipeline) {
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop = loop(pipeline, new Told());
    for (int i = 0; i < 12; i++) {
      loop.accept(new Event(null, Events.good(i), "in", 0, i, 0));
    }
    loop.predict();
    loop.writeChanged(store::put);
    return store;
  }

  private static Pipeline rated(String learningRate) {
    return PipelineParser.parse(
        """
        input: {topic: in, features: [x, color]}
        label: {field: y, classes: [no, yes]}
        model: {optimizer: {sgd: {learning_rate: %s}}}
        batch: 4
        """
            .formatted(learningRate),
        "rated.yaml");
  }

  @Test
  void shouldGoOnWithALearningRateThatChangesInStepsToComeAndMakeWhatTheNewFileAloneWouldMake() {
    String later = "{piecewise_constant_decay: {boundaries: [5], values: [0.1, 0.01]}}";
    LearningLoop on = loop(rated(later), new Told());
    on.read(learned(rated("0.1"))::get);
    assertThat(on.lineage().changes()).hasSize(1);
    assertThat(on.lineage().changes().getFirst().what())
        .startsWith("learning_rate: was 0.1, is {piecewise_constant_decay");
    LearningLoop whole = loop(rated(later), new Told());
    for (int i = 0; i < 60; i++) {
      if (i >= 12) {
        on.accept(new Event(null, Events.good(i), "in", 0, i, 0));
      }
      whole.accept(new Event(null, Events.good(i), "in", 0, i, 0));
    }
    assertThat(digest(on)).isEqualTo(digest(whole));
  }

  @Test
  void shouldRefuseALearningRateThatStepsAlreadyMadeWouldHaveHad() {
    Map<String, byte[]> store = learned(rated("0.1"));
    String earlier = "{piecewise_constant_decay: {boundaries: [0], values: [0.1, 0.01]}}";
    assertThatThrownBy(() -> loop(rated(earlier), new Told()).read(store::get))
        .isInstanceOf(StateMismatchException.class)
        .hasMessageContaining("learning_rate: was 0.1, is {piecewise_constant_decay")
        .hasMessageContaining("--reset");
  }

  @Test
  void shouldRefuseBlocksThatAreNotAllOfOneCommitAndStateOfANewerProgram() {
    Map<String, byte[]> store = learned(Events.pipeline(4, 100));
    String weights =
        store.keySet().stream().filter(key -> key.startsWith("b/")).findFirst().orElseThrow();
    Map<String, byte[]> tampered = new HashMap<>(store);
    tampered.computeIfPresent(
        weights,
        (key, block) -> {
          byte[] changed = block.clone();
          changed[1] ^= 1;
          return changed;
        });
    assertThatThrownBy(() -> loop(Events.pipeline(4, 100), new Told()).read(tampered::get))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("not all of one commit")
        .hasMessageContaining("snapshots restore");
    Map<String, byte[]> newer = new HashMap<>(store);
    newer.put(
        Lineage.KEY,
        new String(store.get(Lineage.KEY), UTF_8)
            .replace("\"format\":1", "\"format\":4")
            .getBytes(UTF_8));
    assertThatThrownBy(() -> loop(Events.pipeline(4, 100), new Told()).read(newer::get))
        .hasMessageContaining("format 4, this program reads 1 to 3; run the version that wrote it");
  }

  @Test
  void shouldKnowItsSchemasAndSnapshotsAfterARestartUnderAnotherRule() {
    Map<String, byte[]> store = new HashMap<>();
    LearningLoop loop = loop(Events.pipeline(1, 5), new Told());
    List<byte[]> log = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      log.add(Events.good(i));
      loop.accept(event(log, i));
    }
    loop.predict();
    loop.writeChanged(store::put);
    assertThat(loop.state().schemaIds()).containsExactly(Events.SCHEMA_ID);
    long newest = loop.state().snapshots().getLast();
    assertThat(loop.state().snapshots()).containsExactly(newest - 5, newest);
    LearningLoop again = loop(Events.pipeline(1, 7), new Told());
    again.read(store::get);
    for (int i = 40; i < 60; i++) {
      log.add(Events.good(i));
      again.accept(event(log, i));
    }
    assertThat(again.state().snapshots()).hasSize(2).allMatch(version -> version % 7 == 0);
  }
}
