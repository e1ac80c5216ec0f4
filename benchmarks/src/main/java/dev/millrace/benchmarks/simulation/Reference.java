package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.ModelTask;
import dev.millrace.topology.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
  private final Ledger ledger;

  /**
   * Goes through the events, and takes up each control where it was committed that it landed.
   *
   * @param outcomes what became of the controls in the history
   */
  Reference(Workload workload, int partition, List<ControlOutcome> outcomes) {
    Deque<ControlOutcome> left = new ArrayDeque<>(outcomes);
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
        while (!left.isEmpty() && left.peek().offset() <= input.event().offset()) {
          long at = left.remove().controlOffset();
          task.control(workload.control(partition, at), at);
        }
        task.process(input.event(), input.headers());
      }
      left.forEach(
          outcome ->
              task.control(
                  workload.control(partition, outcome.controlOffset()), outcome.controlOffset()));
      task.beforeCommit(blocks::put);
    }
    Map<Long, Ledger.Label> predicted = new HashMap<>();
    for (Sent sent : outputs(Names.PREDICTIONS)) {
      Prediction prediction = Prediction.decode(sent.value());
      predicted.put(prediction.offset(), label(workload, prediction));
    }
    ledger =
        new Ledger(
            workload.partitions().get(partition),
            predicted,
            unmade,
            outcomes,
            workload.batch(),
            workload.pipeline().label().delay());
  }

  private static Ledger.Label label(Workload workload, Prediction prediction) {
    if (prediction.loss() == null) {
      return Ledger.Label.NONE;
    }
    return workload.leavesOut(prediction.offset(), prediction.labelClass())
        ? Ledger.Label.LEFT_OUT
        : Ledger.Label.LEARNED;
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

  /** The counters without the model. */
  Ledger ledger() {
    return ledger;
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
