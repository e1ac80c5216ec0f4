package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.store.Lineage;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Whether a published copy of a model is what the log makes: the events since the copy before it
 * are learned again, and the digests compared. A copy that was installed is not made by the log;
 * its digest is compared with that of the copy that it was taken from.
 *
 * @param fromVersion the copy that the events were learned on from; empty if from nothing
 * @param firstOffset of the events learned again
 * @param lastOffset of them
 * @param published SHA-256 of the weights as the manifest has it
 * @param replayed SHA-256 of the weights as the log makes them, or of an installed copy's blocks
 * @param replayedVersion that the log makes
 * @param origin of an installed copy
 */
public record SnapshotCheck(
    String model,
    long version,
    Optional<Long> fromVersion,
    long firstOffset,
    long lastOffset,
    String published,
    String replayed,
    long replayedVersion,
    Optional<Origin> origin) {

  /**
   * The copy that a model was taken from.
   *
   * @param recorded SHA-256 of its weights as the lineage has it
   * @param found the same as its manifest has it now; empty if it is no longer kept or lies on
   *     other brokers
   */
  public record Origin(String model, long version, String recorded, Optional<String> found) {}

  /** Whether the log makes the copy, or it is the one that was installed. */
  public boolean same() {
    boolean ofOrigin =
        origin.isEmpty()
            || origin.get().recorded().equals(published)
                && origin.get().found().orElse(published).equals(published);
    return published.equals(replayed) && version == replayedVersion && ofOrigin;
  }

  /**
   * Checks a copy. Reads only: the pipeline may be running.
   *
   * @param source whose brokers are asked for the copy that a model was installed from
   * @param progress is told each offset that has been learned again
   * @throws BrokenSnapshotException if a block of the copy, or of the one before it, is not what
   *     was published
   * @throws IncompleteLogException if the log no longer has the events, or no copy is kept that it
   *     can begin from
   */
  public static SnapshotCheck of(
      Pipeline pipeline,
      Pipeline source,
      SnapshotTopic topic,
      SnapshotManifest manifest,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      LongConsumer progress) {
    BlockReader blocks = topic.blocks(manifest); // each is looked at
    Replay replay = new Replay(pipeline, kernels, schemas, progress);
    Optional<Lineage> told = Optional.ofNullable(blocks.get(Lineage.KEY)).map(Lineage::fromBytes);
    Optional<Lineage.Installed> installed = told.map(Lineage::installed);
    long controls = told.map(of -> of.controlsOrNone().taken()).orElse(0L);
    if (installed.isPresent() && installed.get().version() == manifest.version()) {
      try (LearningLoop loop = replay.of(blocks)) {
        return told(
            manifest,
            loop,
            Optional.empty(),
            manifest.lineage().firstOffset(),
            Optional.of(origin(installed.get(), source)));
      }
    }
    SnapshotTopic kept = topic.kept();
    Optional<SnapshotManifest> base = base(kept, manifest, installed);
    SnapshotManifest.Lineage lineage = manifest.lineage();
    long from =
        base.map(copy -> copy.lineage().lastOffset() + 1)
            .orElse(lineage.parentVersion() == null ? lineage.firstOffset() : 0);
    int partition = lineage.partition();
    long to = lineage.lastOffset() + 1;
    try (LearningLoop loop =
        base.isPresent()
            ? replay.from(kept.blocks(base.get()), partition, to, controls)
            : replay.fromNothing(partition, from, to, controls)) {
      return told(manifest, loop, base.map(SnapshotManifest::version), from, Optional.empty());
    }
  }

  /**
   * The copy that the log makes this one from: its parent, or where that is gone, the one that was
   * installed; empty if it is made from nothing.
   */
  private static Optional<SnapshotManifest> base(
      SnapshotTopic topic, SnapshotManifest manifest, Optional<Lineage.Installed> installed) {
    Long parent = manifest.lineage().parentVersion();
    Optional<SnapshotManifest> base =
        newest(topic, copy -> Long.valueOf(copy.version()).equals(parent));
    if (base.isPresent() || installed.isEmpty()) {
      return base;
    }
    long oldest = installed.get().version();
    base = newest(topic, c -> c.version() >= oldest && c.version() < manifest.version());
    if (base.isEmpty()) {
      throw new IncompleteLogException(
          "%s/%d is of a model that was installed as version %d, and neither that copy nor one after it is kept to make it again from"
              .formatted(manifest.model(), manifest.version(), oldest));
    }
    return base;
  }

  private static Optional<SnapshotManifest> newest(
      SnapshotTopic topic, Predicate<SnapshotManifest> which) {
    return topic.copies().stream()
        .flatMap(copy -> copy.manifest().stream())
        .filter(which)
        .max(Comparator.comparingLong(SnapshotManifest::version));
  }

  private static Origin origin(Lineage.Installed from, Pipeline source) {
    Optional<SnapshotManifest> copy =
        SnapshotTopic.of(from, source)
            .flatMap(topic -> newest(topic, found -> found.version() == from.fromVersion()));
    return new Origin(
        from.model(),
        from.fromVersion(),
        from.weightsDigest(),
        copy.map(SnapshotManifest::weightsDigest));
  }

  private static SnapshotCheck told(
      SnapshotManifest manifest,
      LearningLoop loop,
      Optional<Long> fromVersion,
      long firstOffset,
      Optional<Origin> origin) {
    return new SnapshotCheck(
        manifest.model(),
        manifest.version(),
        fromVersion,
        firstOffset,
        manifest.lineage().lastOffset(),
        manifest.weightsDigest(),
        loop.learner().map(Learner::weightsDigest).orElse("none"),
        loop.version(),
        origin);
  }
}
