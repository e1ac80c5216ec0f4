package dev.millrace.app.pipeline;

import dev.millrace.app.pipeline.Poisons.Poison;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.apache.avro.Schema;

/** To which end each record of a log comes in a loop in memory. */
final class Ends implements LearningLoop.Sink {
  /** The end of each offset: of an offset that came to two, both. */
  final SortedMap<Long, String> byOffset = new TreeMap<>();

  final SortedMap<Long, Said> said = new TreeMap<>();
  final LearningLoop loop;

  /**
   * @param ids the id of each of {@link PoisonSchemas}
   */
  Ends(Pipeline pipeline, ToIntFunction<String> ids, List<Poison> log) {
    LearningLoop.Schemas schemas =
        id ->
            PoisonSchemas.ALL.entrySet().stream()
                .filter(schema -> ids.applyAsInt(schema.getKey()) == id)
                .map(Map.Entry<String, Schema>::getValue)
                .findFirst()
                .orElseThrow(() -> new BadEventException(Reason.UNKNOWN_SCHEMA, "no id " + id));
    loop =
        new LearningLoop(
            pipeline, KernelChoice.select(KernelChoice.Mode.PLAIN).kernels(), schemas, this);
    try (loop) {
      for (int i = 0; i < log.size(); i++) {
        Poison record = log.get(i);
        long time = Math.max(0, record.timestamp());
        loop.accept(new Event(record.key(), record.value(), pipeline.input().topic(), 0, i, time));
      }
      loop.predict();
    }
  }

  String weightsDigest() {
    return loop.learner().orElseThrow().weightsDigest();
  }

  /** What was said, without where: of two logs with the same usable events it is the same. */
  List<Said> saidInOrder() {
    List<Said> inOrder = new ArrayList<>();
    for (Said one : said.values()) {
      inOrder.add(new Said(inOrder.size(), one.version(), one.outputBits(), one.loss()));
    }
    return inOrder;
  }

  private void end(long offset, String end) {
    byOffset.merge(offset, end, (one, other) -> one + " and " + other);
  }

  @Override
  public void prediction(Event event, Outcome outcome) {
    end(event.offset(), outcome.labelled ? Poisons.LEARNED : Poisons.PREDICTED);
    List<Integer> bits = Arrays.stream(box(outcome.outputs)).map(Float::floatToRawIntBits).toList();
    said.put(
        event.offset(),
        new Said(
            event.offset(),
            outcome.version,
            bits,
            outcome.labelled ? (Double) outcome.loss : null));
  }

  private static Float[] box(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }

  @Override
  public void deadLetter(Event event, BadEventException why) {
    end(event.offset(), why.reason().label());
  }

  @Override
  public void skipped(Learner.Step step) {
    throw new AssertionError("every step is finite");
  }

  @Override
  public void snapshot(Learner learner) {
    throw new AssertionError("the log is too short for a snapshot");
  }
}
