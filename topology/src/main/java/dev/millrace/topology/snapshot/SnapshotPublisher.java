package dev.millrace.topology.snapshot;

import dev.millrace.engine.Learner;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.Digest;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.store.Lineage;
import dev.millrace.topology.store.LoopState;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes a model with all that is needed to go on from it: its blocks, then the manifest that
 * names them, then tombstones for the copy that is one too many. Within one transaction a reader
 * sees all of it or nothing.
 *
 * <p>Keys are {@code <model>/<version>/<block>} and {@code <model>/<version>/manifest}.
 */
public final class SnapshotPublisher {
  /** Version of the layout of the blocks. */
  public static final int FORMAT = 1;

  private static final String MANIFEST = "manifest";

  private final Pipeline.Snapshots rule;
  private final String model;
  private final String topic;
  private final int partition;
  private final int manifestId;
  private final int blockId;

  /**
   * A publisher of one model.
   *
   * @param topic the input topic
   * @param partition the input partition that the model learns from
   * @param manifestId id of the manifest's schema
   * @param blockId id of the block's schema
   */
  public SnapshotPublisher(
      Pipeline pipeline, String topic, int partition, int manifestId, int blockId) {
    this.rule = pipeline.snapshots();
    this.model = Names.model(pipeline.name(), partition);
    this.topic = topic;
    this.partition = partition;
    this.manifestId = manifestId;
    this.blockId = blockId;
  }

  /** Writes the records of the learner's version, a null value for a tombstone. */
  public void publish(Learner learner, LoopState state, Lineage lineage, BlockWriter records) {
    long version = lineage.version(learner.version());
    Long parent =
        state.snapshots().isEmpty()
            ? lineage.installedVersion().orElse(null)
            : state.snapshots().getLast();
    LoopState within = state.withSnapshot(version, rule.keep());
    List<SnapshotManifest.BlockRef> blocks =
        publish(learner, state.firstOffset(), parent, within, lineage, records);
    int retired = state.snapshots().size() + 1 - rule.keep();
    for (long old : state.snapshots().subList(0, Math.max(0, retired))) {
      records.put(key(old, MANIFEST), null);
      keys(learner, blocks, lineage, old).forEach(key -> records.put(key(old, key), null));
    }
  }

  /** Of a table an older copy has no more blocks than this one, unless a reset lies between. */
  private static List<String> keys(
      Learner learner, List<SnapshotManifest.BlockRef> blocks, Lineage lineage, long old) {
    Long reset = lineage.controlsOrNone().resetVersion();
    List<String> keys = new ArrayList<>();
    if (reset != null && old < reset) {
      keys.addAll(learner.keys());
      keys.addAll(List.of(LoopState.KEY, Lineage.KEY));
    } else {
      blocks.forEach(block -> keys.add(block.key()));
    }
    return keys;
  }

  /**
   * Writes the records of a model that was just installed. The log makes all later ones from it, so
   * none of them retires it.
   */
  public void publishInstalled(
      Learner learner, LoopState state, Lineage lineage, BlockWriter records) {
    publish(learner, state.nextOffset(), null, state, lineage, records);
  }

  private List<SnapshotManifest.BlockRef> publish(
      Learner learner,
      long firstOffset,
      Long parent,
      LoopState within,
      Lineage lineage,
      BlockWriter records) {
    long version = lineage.version(learner.version());
    List<SnapshotManifest.BlockRef> blocks = new ArrayList<>();
    BlockWriter block =
        (key, bytes) -> {
          blocks.add(
              new SnapshotManifest.BlockRef(key, bytes.length, Digest.hex(Digest.sha256(bytes))));
          records.put(
              key(version, key), new SnapshotBlock(model, version, key, bytes).encode(blockId));
        };
    learner.writeAll(block);
    block.put(LoopState.KEY, within.toBytes());
    block.put(Lineage.KEY, lineage.withSnapshot().toBytes());
    SnapshotManifest manifest =
        new SnapshotManifest(
            model,
            version,
            FORMAT,
            learner.spec().toJson(),
            new SnapshotManifest.Lineage(
                topic,
                partition,
                firstOffset,
                within.nextOffset() - 1,
                learner.spec().hash(),
                parent,
                changes(lineage)),
            blocks,
            within.schemaIds(),
            learner.weightsDigest(),
            learner.figures());
    records.put(key(version, MANIFEST), manifest.encode(manifestId));
    return blocks;
  }

  private static List<SnapshotManifest.Change> changes(Lineage lineage) {
    return lineage.changes().stream()
        .map(
            change -> new SnapshotManifest.Change(change.version(), change.offset(), change.what()))
        .toList();
  }

  private String key(long version, String part) {
    return model + "/" + version + "/" + part;
  }
}
