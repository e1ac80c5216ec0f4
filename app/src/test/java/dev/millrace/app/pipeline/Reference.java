package dev.millrace.app.pipeline;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** What a single-threaded loop in memory makes of the events: what Kafka's outputs must be. */
final class Reference implements LearningLoop.Sink {
  /** The parts of a prediction that the events decide. */
  record Said(long offset, long version, List<Integer> outputBits, Double loss) {
    static Said of(Prediction prediction) {
      return new Said(
          prediction.offset(),
          prediction.modelVersion(),
          bits(prediction.outputs()),
          prediction.loss());
    }
  }

  final List<Said> predictions = new ArrayList<>();
  final List<Long> snapshots = new ArrayList<>();
  private final LearningLoop loop;

  Reference(Pipeline pipeline, Schema schema, List<byte[]> values) {
    this(pipeline, id -> schema, values);
  }

  Reference(Pipeline pipeline, LearningLoop.Schemas schemas, List<byte[]> values) {
    loop =
        new LearningLoop(
            pipeline, KernelChoice.select(KernelChoice.Mode.PLAIN).kernels(), schemas, this);
    try (loop) {
      for (int i = 0; i < values.size(); i++) {
        loop.accept(new Event(null, values.get(i), Elec2.TOPIC, 0, i, 0));
      }
      loop.predict();
    }
  }

  /**
   * Goes on from the blocks of a published copy with the events of these values, from an offset on;
   * versions are those of the copy's own line.
   */
  Reference(
      Pipeline pipeline, Schema schema, Map<String, byte[]> copy, List<byte[]> values, int from) {
    loop =
        new LearningLoop(
            pipeline, KernelChoice.select(KernelChoice.Mode.PLAIN).kernels(), id -> schema, this);
    try (loop) {
      loop.read(copy::get);
      for (int i = from; i < values.size(); i++) {
        loop.accept(new Event(null, values.get(i), Elec2.TOPIC, 0, i, 0));
      }
      loop.predict();
    }
  }

  /** The predictions, of a model whose versions are higher by so many. */
  List<Said> predictionsRaisedBy(long versions) {
    return predictions.stream()
        .map(s -> new Said(s.offset(), s.version() + versions, s.outputBits(), s.loss()))
        .toList();
  }

  LearningLoop loop() {
    return loop;
  }

  String weightsDigest() {
    return loop.learner().orElseThrow().weightsDigest();
  }

  long version() {
    return loop.learner().orElseThrow().version();
  }

  private static List<Integer> bits(float[] outputs) {
    List<Integer> bits = new ArrayList<>();
    for (float output : outputs) {
      bits.add(Float.floatToRawIntBits(output));
    }
    return bits;
  }

  @Override
  public void prediction(Event event, Outcome outcome) {
    predictions.add(
        new Said(
            outcome.offset,
            outcome.version,
            bits(Arrays.copyOf(outcome.outputs, outcome.outputs.length)),
            outcome.labelled ? (Double) outcome.loss : null));
  }

  @Override
  public void deadLetter(Event event, BadEventException why) {
    throw new AssertionError("every row is good", why);
  }

  @Override
  public void skipped(Learner.Step step) {
    throw new AssertionError("every step is finite");
  }

  @Override
  public void snapshot(Learner learner) {
    snapshots.add(learner.version());
  }
}
