package dev.millrace.benchmarks.crash;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What one plain loop in memory makes of a partition's events, without Kafka, commits or crashes:
 * what there must be in the outputs. It takes the plain kernels, whatever the pipeline took.
 */
final class Expected {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  final List<Entry> predictions = new ArrayList<>();
  final List<Entry> deadLetters = new ArrayList<>();
  final List<Entry> snapshots = new ArrayList<>();

  private final LearningLoop loop;

  Expected(Pipeline pipeline, Schema schema, List<ConsumerRecord<byte[], byte[]>> events) {
    loop = new LearningLoop(pipeline, KERNELS, id -> schema, new Keep());
    try (loop) {
      for (var event : events) {
        loop.accept(
            new Event(
                event.key(),
                event.value(),
                event.topic(),
                event.partition(),
                event.offset(),
                event.timestamp()));
      }
      loop.predict();
    }
  }

  /** A loop that went on from stored blocks. */
  static LearningLoop stored(Pipeline pipeline, Schema schema, Map<String, byte[]> blocks) {
    LearningLoop loop = new LearningLoop(pipeline, KERNELS, id -> schema, new Refuse());
    loop.read(blocks::get);
    return loop;
  }

  LearningLoop loop() {
    return loop;
  }

  /** Every bit of a loop: weights, slots, statistics, the batch that waits, and its own state. */
  static Map<String, String> bits(LearningLoop loop) {
    Map<String, String> bits = new TreeMap<>();
    loop.writeAll((key, value) -> bits.put(key, Arrays.toString(value)));
    return bits;
  }

  static List<Integer> bits(float[] outputs) {
    List<Integer> bits = new ArrayList<>();
    for (float output : outputs) {
      bits.add(Float.floatToRawIntBits(output));
    }
    return bits;
  }

  private final class Keep implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      Object loss = outcome.labelled ? outcome.loss : null;
      predictions.add(
          new Entry(
              event.offset(),
              Arrays.asList(
                  outcome.version,
                  event.timestamp(),
                  bits(outcome.outputs),
                  loss,
                  bound(outcome.lower),
                  bound(outcome.upper),
                  bound(outcome.setProbabilityMin),
                  outcome.attributions.stream().map(of -> of.feature() + "=" + of.value()).toList(),
                  Map.copyOf(outcome.expertWeights))));
    }

    private static Double bound(double bound) {
      return Double.isFinite(bound) ? bound : null;
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      deadLetters.add(new Entry(event.offset(), List.of(why.reason().label())));
    }

    @Override
    public void skipped(Learner.Step step) {}

    @Override
    public void snapshot(Learner learner) {
      snapshots.add(new Entry(learner.version(), List.of(learner.weightsDigest())));
    }
  }

  /** Reading says nothing. */
  private static final class Refuse implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      throw new IllegalStateException("nothing is predicted in reading");
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      throw new IllegalStateException("nothing is dead-lettered in reading", why);
    }

    @Override
    public void skipped(Learner.Step step) {
      throw new IllegalStateException("nothing is learned in reading");
    }

    @Override
    public void snapshot(Learner learner) {
      throw new IllegalStateException("nothing is published in reading");
    }
  }
}
