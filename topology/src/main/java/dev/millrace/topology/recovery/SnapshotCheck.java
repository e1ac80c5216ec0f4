package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Whether a published copy of a model is what the log makes: the events since the copy before it
 * are learned again, and the digests compared.
 *
 * @param fromVersion the copy that the events were learned on from; empty if from nothing
 * @param firstOffset of the events learned again
 * @param lastOffset of them
 * @param published SHA-256 of the weights as the manifest has it
 * @param replayed SHA-256 of the weights as the log makes them
 * @param replayedVersion optimiser steps that the log makes
 */
public record SnapshotCheck(
    String model,
    long version,
    Optional<Long> fromVersion,
    long firstOffset,
    long lastOffset,
    String published,
    String replayed,
    long replayedVersion) {

  /** Whether the log makes the copy. */
  public boolean same() {
    return published.equals(replayed) && version == replayedVersion;
  }

  /**
   * Checks a copy. Reads only: the pipeline may be running.
   *
   * @param progress is told each offset that has been learned again
   * @throws BrokenSnapshotException if a block of the copy, or of the one before it, is not what
   *     was published
   * @throws IncompleteLogException if the log no longer has the events
   */
  public static SnapshotCheck of(
      Pipeline pipeline,
      SnapshotTopic topic,
      SnapshotManifest manifest,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      LongConsumer progress) {
    topic.blocks(manifest); // each is looked at
    SnapshotManifest.Lineage lineage = manifest.lineage();
    Optional<SnapshotManifest> parent =
        topic.copies().stream()
            .flatMap(copy -> copy.manifest().stream())
            .filter(copy -> Long.valueOf(copy.version()).equals(lineage.parentVersion()))
            .findAny();
    long from = parent.isEmpty() && lineage.parentVersion() != null ? 0 : lineage.firstOffset();
    Replay replay = new Replay(pipeline, kernels, schemas, progress);
    try (LearningLoop loop =
        replayed(replay, topic, parent, lineage.partition(), from, lineage.lastOffset() + 1)) {
      return new SnapshotCheck(
          manifest.model(),
          manifest.version(),
          parent.map(SnapshotManifest::version),
          from,
          lineage.lastOffset(),
          manifest.weightsDigest(),
          loop.learner().map(Learner::weightsDigest).orElse("none"),
          loop.learner().map(Learner::version).orElse(0L));
    }
  }

  private static LearningLoop replayed(
      Replay replay,
      SnapshotTopic topic,
      Optional<SnapshotManifest> parent,
      int partition,
      long from,
      long to) {
    if (parent.isEmpty()) {
      return replay.fromNothing(partition, from, to);
    }
    BlockReader blocks = topic.blocks(parent.get());
    return replay.from(blocks, partition, to);
  }
}
