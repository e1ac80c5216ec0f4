package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.Names;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.OneTransaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Puts back the state of a stopped pipeline whose changelog was lost: the newest published copy,
 * and the events after it learned again up to the offset that the pipeline has committed. The next
 * start goes on as if nothing had been lost; nothing is predicted twice.
 */
public final class StateRestore {
  /**
   * What came of one partition.
   *
   * @param fromVersion the copy that it was made from; empty if from nothing but the log
   * @param version optimiser steps of the model now
   * @param nextOffset where the pipeline goes on
   */
  public record Restored(
      int partition, Optional<Long> fromVersion, long version, long nextOffset, String digest) {}

  private final Pipeline pipeline;
  private final Kernels kernels;
  private final LearningLoop.Schemas schemas;
  private final LongConsumer progress;

  public StateRestore(
      Pipeline pipeline, Kernels kernels, LearningLoop.Schemas schemas, LongConsumer progress) {
    this.pipeline = pipeline;
    this.kernels = kernels;
    this.schemas = schemas;
    this.progress = progress;
  }

  /**
   * Restores every partition that the pipeline has read from.
   *
   * @param stateDir whose copy of the state is removed, for the changelog has another from now on
   * @throws PreflightException if the pipeline is running, or has nothing committed
   * @throws IncompleteLogException if neither a copy nor the log goes back far enough
   */
  public List<Restored> run(Path stateDir) {
    try (Brokers brokers = new Brokers(pipeline)) {
      StoppedGroup.require(brokers, pipeline);
      Map<Integer, Long> committed = committed(brokers);
      Changelog.create(brokers, pipeline);
      List<Restored> all = new ArrayList<>();
      committed.forEach((partition, offset) -> all.add(restore(partition, offset)));
      LocalState.remove(stateDir, pipeline);
      return all;
    }
  }

  private Map<Integer, Long> committed(Brokers brokers) {
    Map<Integer, Long> committed = new TreeMap<>(brokers.committed(pipeline));
    if (committed.isEmpty()) {
      throw new PreflightException(
          "pipeline '%s' has committed no offset of topic '%s': there is nothing to restore; millrace run begins anew"
              .formatted(pipeline.name(), pipeline.input().topic()));
    }
    return committed;
  }

  private Restored restore(int partition, long offset) {
    SnapshotTopic topic = new SnapshotTopic(pipeline, partition);
    Replay replay = new Replay(pipeline, kernels, schemas, progress);
    Optional<SnapshotManifest> copy = topic.newestBefore(offset);
    topic.requireNoneInstalledSince(copy.map(SnapshotManifest::version).orElse(-1L));
    try (LearningLoop loop =
        copy.isPresent()
            ? replay.from(topic.blocks(copy.get()), partition, offset, RecordedControls.ALL)
            : replay.fromNothing(partition, 0, offset, RecordedControls.ALL)) {
      write(loop, partition);
      return new Restored(
          partition,
          copy.map(SnapshotManifest::version),
          loop.version(),
          offset,
          loop.learner().map(Learner::weightsDigest).orElse(""));
    }
  }

  private void write(LearningLoop loop, int partition) {
    String changelog = Names.changelog(pipeline);
    OneTransaction.run(
        pipeline,
        "restore-" + partition,
        producer ->
            loop.writeAll(
                (key, value) ->
                    producer.send(
                        new ProducerRecord<>(
                            changelog, partition, key.getBytes(StandardCharsets.UTF_8), value))));
  }
}
