package dev.millrace.topology;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.config.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.common.header.Headers;

/** A pipeline over the golden log, under a store and outputs in memory. */
final class GoldenRun {
  static final OutputSchemas IDS = new OutputSchemas(101, 102, 103, 104, 105, 106);

  private static final Kernels PLAIN = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  private final Map<String, byte[]> store;
  private final Map<String, List<GoldenRecord>> outputs = new TreeMap<>();

  /** Goes on from the stored state, and stores into it. */
  GoldenRun(Map<String, byte[]> store) {
    this.store = store;
  }

  /** One process: reads what is stored, takes the events, commits, ends. */
  GoldenRun process(Pipeline pipeline, int from, int to) {
    try (ModelTask task =
        new ModelTask(
            pipeline,
            0,
            PLAIN,
            GoldenLog::schema,
            IDS,
            partition -> OptionalLong.empty(),
            new Kept())) {
      task.read(store::get);
      for (int offset = from; offset < to; offset++) {
        task.process(GoldenLog.event(offset), GoldenLog.headers(offset));
      }
      task.beforeCommit(store::put);
    }
    return this;
  }

  /** The blocks as they are now. */
  Map<String, byte[]> store() {
    return store;
  }

  /** What went to an output, in order. */
  List<GoldenRecord> outputs(String name) {
    return outputs.getOrDefault(name, List.of());
  }

  private final class Kept implements ModelTask.Output {
    @Override
    public void send(String to, byte[] key, byte[] value, long timestamp, Headers headers) {
      outputs
          .computeIfAbsent(to, none -> new ArrayList<>())
          .add(GoldenRecord.of(key, value, timestamp, headers));
    }

    @Override
    public void skipped(Learner.Step step, boolean pauses) {
      throw new AssertionError("every step of the golden log is made: " + step);
    }

    @Override
    public void controlled(ControlOutcome outcome) {}
  }
}
