package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.ModelTask;
import dev.millrace.topology.Names;
import dev.millrace.topology.StateLostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold of one partition, DESIGN's laws and the answers of {@link Reference}. */
final class Laws {
  /** Parts of the keys of blocks that hold whole numbers. */
  private static final List<String> WHOLE = List.of("/counts/", "b/resets/", "b/begun/");

  /** Parts of the keys of blocks that hold float64. */
  private static final List<String> DOUBLE =
      List.of("recursive_least_squares", "b/mixer.", "b/shares/", "b/losses/");

  private final Workload workload;
  private final SimulatedKafka kafka;
  private final Kernels kernels;
  private final int partition;
  private final Reference reference;

  Laws(Workload workload, SimulatedKafka kafka, Kernels kernels, int partition) {
    this.workload = workload;
    this.kafka = kafka;
    this.kernels = kernels;
    this.partition = partition;
    reference = new Reference(workload, partition, kafka.outcomes(partition));
  }

  /** Law 3: what is committed of the input is answered, and nothing else is. */
  static void afterCommit(SimulatedKafka kafka, Set<Integer> partitions) {
    for (int partition : partitions) {
      Difference.unlessSame(
          "answers committed with the events of partition %d before event %d"
              .formatted(partition, kafka.next(partition)),
          kafka.next(partition),
          kafka.answered(partition));
      Difference.unlessSame(
          "outcomes committed with the controls of partition " + partition,
          kafka.nextControl(partition),
          kafka.outcomes(partition).size());
    }
  }

  /** All of them, at the end of a history. */
  void check(Story story) {
    same(Names.PREDICTIONS);
    same(Names.DEAD_LETTERS);
    same(Names.SNAPSHOTS);
    same(Names.CONTROL_LOG);
    versions();
    sums();
    Copy restored = new Copy();
    restored.catchUp(kafka, partition, Integer.MAX_VALUE);
    ends(restored);
    finite();
    refusesALostState();
    tell(story);
  }

  /** What must have been. */
  Reference reference() {
    return reference;
  }

  /** Law 2: every record of an output, byte by byte, in order. */
  private void same(String output) {
    List<Sent> expected = reference.outputs(output);
    List<Sent> got = kafka.outputs(partition, output);
    for (int i = 0; i < Math.min(expected.size(), got.size()); i++) {
      if (!expected.get(i).equals(got.get(i))) {
        throw new Difference(
            "%s: expected %s, got %s"
                .formatted(
                    where(output, i), show(output, expected.get(i)), show(output, got.get(i))));
      }
    }
    if (expected.size() > got.size()) {
      throw new Difference(
          "%s: expected %s, got nothing"
              .formatted(where(output, got.size()), show(output, expected.get(got.size()))));
    }
    if (expected.size() < got.size()) {
      throw new Difference(
          "%s: expected nothing, got %s"
              .formatted(where(output, expected.size()), show(output, got.get(expected.size()))));
    }
  }

  private String where(String output, int record) {
    return "%s of partition %d, record %d".formatted(output, partition, record);
  }

  private static Object show(String output, Sent sent) {
    return output.equals(Names.PREDICTIONS) ? Prediction.decode(sent.value()) : sent;
  }

  /** Law 1: a prediction is of the steps that were made before the batch it is in. */
  private void versions() {
    for (Sent sent : kafka.outputs(partition, Names.PREDICTIONS)) {
      Prediction prediction = Prediction.decode(sent.value());
      Difference.unlessSame(
          "model version of the prediction of %d@%d".formatted(partition, prediction.offset()),
          reference.ledger().versionBefore(prediction.offset()),
          prediction.modelVersion());
      for (float output : prediction.outputs()) {
        if (!Float.isFinite(output)) {
          throw new Difference("not finite: " + prediction);
        }
      }
    }
  }

  /** Law 4, in every metrics record: what it must say follows from its offset and the log. */
  private void sums() {
    for (Sent sent : kafka.outputs(partition, Names.METRICS)) {
      Metrics metrics = Metrics.decode(sent.value());
      long before = metrics.offset() + 1;
      long read =
          kafka.input(partition).stream().filter(in -> in.event().offset() < before).count();
      Difference.unlessSame(
          "events read of partition %d after offset %d".formatted(partition, metrics.offset()),
          read,
          metrics.read());
      List<Ledger.Line> possible = reference.ledger().after(metrics.offset());
      if (possible.stream().noneMatch(line -> agrees(line, metrics))) {
        throw new Difference(
            "counters of partition %d after offset %d: expected one of %s, got %s"
                .formatted(partition, metrics.offset(), possible, metrics));
      }
      Difference.unlessSame(
          "predicted + dead-lettered of partition %d after offset %d"
              .formatted(partition, metrics.offset()),
          metrics.read(),
          metrics.predicted() + metrics.deadLettered());
      if (!metrics.metrics().values().stream().allMatch(Double::isFinite)) {
        throw new Difference("a figure is not finite: " + metrics);
      }
    }
  }

  /** Before there is a model no figure tells of a pause. */
  private static boolean agrees(Ledger.Line line, Metrics told) {
    boolean paused = told.metrics().containsKey("learning_paused_by_control");
    return (paused == line.paused() || told.metrics().isEmpty())
        && line.counters()
            .equals(
                List.of(
                    told.modelVersion(),
                    told.labelled(),
                    told.learned(),
                    told.pending(),
                    told.rejected(),
                    told.undersampled()));
  }

  /** The last figures, and the model that the changelog gives. */
  private void ends(Copy restored) {
    Metrics expected = reference.metrics();
    List<Sent> told = kafka.outputs(partition, Names.METRICS);
    String of = " of partition " + partition;
    Difference.unlessSame(
        "the last metrics" + of, expected, Metrics.decode(told.getLast().value()));
    try (LearningLoop loop = loop()) {
      loop.read(restored);
      Difference.unlessSame(
          "weights from the changelog" + of, expected.weightsDigest(), digest(loop));
      try (LearningLoop plain = loop()) {
        plain.read(reference::block);
        Difference.unlessSame("state from the changelog" + of, plain.state(), loop.state());
        Difference.unlessSame("counters" + of, plain.counters(), loop.counters());
        Difference.unlessSame("lineage" + of, plain.lineage(), loop.lineage());
      }
    }
  }

  private LearningLoop loop() {
    return new LearningLoop(workload.pipeline(), kernels, Workload.schemas(), new Silence());
  }

  private static String digest(LearningLoop loop) {
    return loop.learner().map(Learner::weightsDigest).orElse("");
  }

  /** Law 5. */
  private void finite() {
    for (Map.Entry<String, byte[]> block : reference.blocks().entrySet()) {
      String key = block.getKey();
      boolean numbers =
          key.startsWith("b/")
              && !key.contains(".touched/")
              && WHOLE.stream().noneMatch(key::contains);
      if (numbers && !isFinite(block.getValue(), DOUBLE.stream().anyMatch(key::contains))) {
        throw new Difference("block %s of partition %d is not finite".formatted(key, partition));
      }
    }
  }

  private static boolean isFinite(byte[] block, boolean doubles) {
    ByteBuffer numbers = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    while (numbers.hasRemaining()) {
      if (!Double.isFinite(doubles ? numbers.getDouble() : numbers.getFloat())) {
        return false;
      }
    }
    return true;
  }

  /** A changelog that is gone is no reason to begin with a model that has learned nothing. */
  private void refusesALostState() {
    try (ModelTask task =
        new ModelTask(
            workload.pipeline(),
            partition,
            kernels,
            Workload.schemas(),
            Workload.IDS,
            kafka::committed,
            new Silence())) {
      task.read(none -> null);
    } catch (StateLostException refused) {
      return;
    }
    throw new Difference("a lost changelog of partition " + partition + " was not refused");
  }

  private void tell(Story story) {
    reference.outputs(Names.DEAD_LETTERS).forEach(each -> story.count(Occurrence.DEAD_LETTER));
    for (ControlOutcome outcome : kafka.outcomes(partition)) {
      story.count(outcome.isDone() ? Occurrence.CONTROL_DONE : Occurrence.CONTROL_REFUSED);
      if (outcome.isDone() && outcome.control().action() == Control.Action.RESET) {
        story.count(Occurrence.MODEL_RESET);
      }
    }
    for (Learner.Step step : reference.unmade()) {
      story.count(step.paused() ? Occurrence.LEARNING_PAUSED : Occurrence.STEP_SKIPPED);
    }
    Metrics end = reference.metrics();
    if (end.undersampled() > 0) {
      story.count(Occurrence.UNDERSAMPLED);
    }
    if (end.metrics().getOrDefault("labels_waiting", 0.0) > 0) {
      story.count(Occurrence.LABEL_LATE);
    }
    if (end.metrics().containsKey("expert_weight_linear_quick") && end.modelVersion() > 0) {
      story.count(Occurrence.PANEL_LEARNED);
    }
  }
}
