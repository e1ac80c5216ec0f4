package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.ModelTask;
import dev.millrace.topology.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.header.Headers;

/**
 * What one partition's events must give: one plain loop over them with plain kernels, nothing
 * stored, nothing restored and one commit at the end.
 */
final class Reference {
  private static final Kernels PLAIN = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  private final Map<String, List<Sent>> outputs = new HashMap<>();
  private final Map<String, byte[]> blocks = new HashMap<>();
  private final List<Learner.Step> unmade = new ArrayList<>();
  private final List<Long> offsets = new ArrayList<>(); // of what was predicted, in order
  private final List<Integer> labelled = new ArrayList<>(); // their places among these
  private final Set<Integer> leftOut = new HashSet<>(); // those of them that undersampling leaves
  private final int batch;
  private final int delay;

  Reference(Workload workload, int partition) {
    batch = workload.batch();
    delay = workload.pipeline().label().delay();
    try (ModelTask task =
        new ModelTask(
            workload.pipeline(),
            partition,
            PLAIN,
            Workload.schemas(),
            Workload.IDS,
            none -> OptionalLong.empty(),
            new Kept())) {
      task.read(blocks::get);
      for (Workload.Input input : workload.partitions().get(partition)) {
        task.process(input.event(), input.headers());
      }
      task.beforeCommit(blocks::put);
    }
    for (Sent sent : outputs(Names.PREDICTIONS)) {
      Prediction prediction = Prediction.decode(sent.value());
      if (prediction.loss() != null) {
        labelled.add(offsets.size());
        if (workload.leavesOut(prediction.offset(), prediction.labelClass())) {
          leftOut.add(offsets.size());
        }
      }
      offsets.add(prediction.offset());
    }
  }

  /** All records of an output, in order. */
  List<Sent> outputs(String name) {
    return outputs.computeIfAbsent(name, none -> new ArrayList<>());
  }

  /** The figures at the end, of the model that was never stored. */
  Metrics metrics() {
    return Metrics.decode(outputs(Names.METRICS).getLast().value());
  }

  /** The state at the end. */
  byte[] block(String key) {
    return blocks.get(key);
  }

  Map<String, byte[]> blocks() {
    return blocks;
  }

  /** Predictions before an offset. */
  private int predictedBefore(long offset) {
    int place = Collections.binarySearch(offsets, offset);
    return place < 0 ? -place - 1 : place;
  }

  /** Labelled events before an offset. */
  long labelledBefore(long offset) {
    return count(labelled, predictedBefore(offset));
  }

  /** Labels that were known before an offset, of events that were left out. */
  long leftOutBefore(long offset) {
    return count(leftOut, predictedBefore(offset) - delay);
  }

  /** Labels that were known before an offset, of events that are learned. */
  private long keptBefore(long offset) {
    int before = predictedBefore(offset) - delay;
    return count(labelled, before) - count(leftOut, before);
  }

  private static long count(Collection<Integer> places, int before) {
    return places.stream().filter(place -> place < before).count();
  }

  /** Batches before an offset of which no step was made. */
  long unmadeBefore(long offset) {
    int before = predictedBefore(offset) - delay;
    return unmade.stream().filter(step -> predictedBefore(step.lastOffset()) < before).count();
  }

  /** Steps made of the events before an offset, counted without the model. */
  long versionBefore(long offset) {
    return keptBefore(offset) / batch - unmadeBefore(offset);
  }

  List<Learner.Step> unmade() {
    return unmade;
  }

  private final class Kept implements ModelTask.Output {
    @Override
    public void send(String to, byte[] key, byte[] value, long timestamp, Headers headers) {
      outputs(to).add(Sent.of(key, value, timestamp, headers));
    }

    @Override
    public void skipped(Learner.Step step, boolean pauses) {
      unmade.add(step);
    }

    @Override
    public void controlled(ControlOutcome outcome) {}
  }
}
