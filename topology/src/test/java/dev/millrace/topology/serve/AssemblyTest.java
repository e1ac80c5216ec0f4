package dev.millrace.topology.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.wire.FrameEncoder;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.recovery.BrokenSnapshotException;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.snapshot.SnapshotPublisher;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The records of a partition's copies, and the models that come of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AssemblyTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();
  private static final int SCHEMA_ID = 7;
  private static final String MODEL = "small-0";
  private static final Schema SCHEMA =
      SchemaBuilder.record("Small")
          .namespace("test")
          .fields()
          .requiredDouble("x")
          .requiredString("color")
          .requiredDouble("y")
          .endRecord();

  private static final Pipeline PIPELINE =
      PipelineParser.parse(
          """
          name: small
          input: {topic: in, features: [x, {name: color, type: one_hot, categories: [red, green]}]}
          label: {field: y}
          model: {layers: [{dense: 4, activation: tanh}]}
          batch: 4
          snapshots: {every: 2 steps, keep: 2}
          """,
          "small.yaml");

  /** A record of the topic of copies. */
  private record Rec(String key, byte[] value) {
    boolean isOf(long version) {
      return key.startsWith(MODEL + "/" + version + "/");
    }

    boolean isManifest() {
      return key.endsWith("/manifest");
    }
  }

  /** What the loop has published, and what it said of each event. */
  private final List<Rec> published = new ArrayList<>();

  private final List<Double> said = new ArrayList<>();

  @BeforeAll
  void learn() {
    try (LearningLoop loop = new LearningLoop(PIPELINE, KERNELS, id -> SCHEMA, new Published())) {
      for (int offset = 0; offset < 30; offset++) {
        loop.accept(event(offset));
        loop.predict();
        if (offset % 8 == 7) { // two steps of four
          new SnapshotPublisher(PIPELINE, "in", 0, 1, 2)
              .publish(
                  loop.learner().orElseThrow(),
                  loop.state(),
                  loop.lineage(),
                  (key, value) -> published.add(new Rec(key, value)));
        }
      }
    }
  }

  private final class Published implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      said.add(outcome.predictedValue);
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      throw new AssertionError(why);
    }

    @Override
    public void skipped(Learner.Step step) {
      throw new AssertionError(step);
    }

    @Override
    public void snapshot(Learner learner) {}
  }

  private static Event event(int offset) {
    FrameEncoder out = new FrameEncoder(SCHEMA_ID, 64);
    out.writeDouble(x(offset));
    out.writeString(color(offset));
    out.writeDouble(3 * x(offset) + 1);
    return new Event(null, out.frame(), "in", 0, offset, 0);
  }

  private static double x(int offset) {
    return offset * 37 % 11 - 5;
  }

  private static String color(int offset) {
    return offset % 3 == 0 ? "red" : "green";
  }

  /** A tag goes to a newer copy, then to an older one; the pipeline's own copies are in between. */
  @Test
  void shouldFollowATagWhereverItGoes() {
    List<Rec> records = new ArrayList<>();
    for (long version : new long[] {4, 6, 2}) {
      records.stream()
          .filter(rec -> rec.key().startsWith(MODEL + "@live/") && rec.value() != null)
          .map(rec -> new Rec(rec.key(), null))
          .toList()
          .forEach(records::add);
      published.stream()
          .filter(rec -> rec.isOf(version) && rec.value() != null)
          .map(rec -> new Rec(rec.key().replace(MODEL, MODEL + "@live"), rec.value()))
          .forEach(records::add);
      records.addAll(published);
    }
    assertThat(versions(assembly(CopyName.of("live")), records)).containsExactly(4L, 6L, 2L);
    assertThat(versions(assembly(CopyName.NEWEST), records))
        .isEqualTo(versions(assembly(CopyName.NEWEST), repeated(3)));
    assertThat(versions(assembly(CopyName.of("other")), records)).isEmpty();
  }

  private List<Rec> repeated(int times) {
    return Collections.nCopies(times, published).stream().flatMap(List::stream).toList();
  }

  private static Assembly assembly(CopyName which) {
    return new Assembly(MODEL, which);
  }

  private static List<Long> versions(Assembly assembly, List<Rec> records) {
    List<Long> versions = new ArrayList<>();
    for (Rec rec : records) {
      assembly
          .take(rec.key(), rec.value(), 5)
          .ifPresent(copy -> versions.add(copy.model(KERNELS, 1).version()));
    }
    return versions;
  }

  private List<Rec> of(long version) {
    return published.stream().filter(r -> r.isOf(version) && r.value() != null).toList();
  }

  private static double ask(ServedModel model, int offset) throws InterruptedException {
    List<Double> said = new ArrayList<>();
    model.score(
        List.of(
            Column.ofNumbers("x", 1, new double[] {x(offset)}),
            Column.ofTexts("color", 1, new String[] {color(offset)})),
        1,
        outcome -> said.add(outcome.predictedValue));
    return said.getFirst();
  }

  @Test
  void shouldMakeAModelOfEachCopyAndSayOfTheNextEventWhatTheLoopSaid() throws Exception {
    Assembly assembly = assembly(CopyName.NEWEST);
    List<ServedModel> models = new ArrayList<>();
    for (Rec rec : published) {
      assembly
          .take(rec.key(), rec.value(), 5)
          .ifPresent(copy -> models.add(copy.model(KERNELS, 1)));
    }
    assertThat(models).extracting(ServedModel::version).containsExactly(2L, 4L, 6L);
    assertThat(models).extracting(ServedModel::lastOffset).containsExactly(7L, 15L, 23L);
    assertThat(models).extracting(ServedModel::eventTime).containsOnly(5L);
    for (ServedModel model : models) {
      int next = (int) model.lastOffset() + 1;
      double asked = ask(model, next);
      assertThat(asked).isEqualTo(said.get(next));
      ask(model, 0);
      assertThat(ask(model, next)).isEqualTo(asked); // what was asked between has left no trace
      model.score(
          event(next).value(),
          id -> SCHEMA,
          outcome -> assertThat(outcome.predictedValue).isEqualTo(asked));
    }
  }

  @Test
  void shouldRefuseACopyThatIsNotWholeAndTakeTheNext() {
    for (Rec lost : of(4)) {
      if (lost.isManifest()) {
        continue;
      }
      Assembly assembly = assembly(CopyName.NEWEST);
      assertThat(versions(assembly, of(2))).containsExactly(2L);
      List<Rec> rest = of(4).stream().filter(rec -> !rec.key().equals(lost.key())).toList();
      assertThatThrownBy(() -> versions(assembly, rest))
          .isInstanceOf(BrokenSnapshotException.class)
          .hasMessageEndingWith("is missing");
      assertThat(versions(assembly, of(6))).containsExactly(6L);
    }
  }

  @Test
  void shouldGoBackToALowerVersionOnlyAfterTheServedOneWasRetired() {
    Assembly assembly = assembly(CopyName.NEWEST);
    assertThat(versions(assembly, of(6))).containsExactly(6L);
    assertThat(versions(assembly, of(2))).isEmpty();
    Rec manifest = of(6).stream().filter(Rec::isManifest).findFirst().orElseThrow();
    assertThat(assembly.take(manifest.key(), null, 5)).isEqualTo(Optional.empty());
    assertThat(versions(assembly, of(2))).containsExactly(2L);
  }

  @Test
  void shouldTakeOneVersionAloneIfTold() {
    assertThat(versions(assembly(CopyName.of(4)), published)).containsExactly(4L);
    assertThat(versions(assembly(CopyName.of(5)), published)).isEmpty();
  }

  @Test
  void shouldPassOverRecordsThatAreNoPartOfThisModel() {
    Assembly assembly = assembly(CopyName.NEWEST);
    List<Rec> foreign =
        List.of(
            new Rec("other-0/9/manifest", new byte[] {1}),
            new Rec(MODEL + "/nine/manifest", new byte[] {1}),
            new Rec("", new byte[] {1}));
    assertThat(versions(assembly, foreign)).isEmpty();
    assertThat(versions(assembly, of(2))).containsExactly(2L);
  }
}
