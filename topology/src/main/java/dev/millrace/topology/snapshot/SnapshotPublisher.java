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
    long version = learner.version();
    List<SnapshotManifest.BlockRef> blocks = new ArrayList<>();
    BlockWriter publish =
        (key, bytes) -> {
          blocks.add(
              new SnapshotManifest.BlockRef(key, bytes.length, Digest.hex(Digest.sha256(bytes))));
          records.put(
              key(version, key), new SnapshotBlock(model, version, key, bytes).encode(blockId));
        };
    learner.writeAll(publish);
    publish.put(LoopState.KEY, state.withSnapshot(version, rule.keep()).toBytes());
    publish.put(Lineage.KEY, lineage.withSnapshot().toBytes());
    records.put(
        key(version, "manifest"), manifest(learner, state, lineage, blocks).encode(manifestId));
    int retired = state.snapshots().size() + 1 - rule.keep();
    for (long old : state.snapshots().subList(0, Math.max(0, retired))) {
      records.put(key(old, "manifest"), null);
      blocks.forEach(block -> records.put(key(old, block.key()), null));
    }
  }

  private SnapshotManifest manifest(
      Learner learner, LoopState state, Lineage lineage, List<SnapshotManifest.BlockRef> blocks) {
    long version = learner.version();
    Long parent = state.snapshots().isEmpty() ? null : state.snapshots().getLast();
    return new SnapshotManifest(
        model,
        version,
        FORMAT,
        learner.spec().toJson(),
        new SnapshotManifest.Lineage(
            topic,
            partition,
            state.firstOffset(),
            state.nextOffset() - 1,
            learner.spec().hash(),
            parent,
            lineage.changes().stream()
                .map(
                    change ->
                        new SnapshotManifest.Change(
                            change.version(), change.offset(), change.what()))
                .toList()),
        blocks,
        state.schemaIds(),
        learner.weightsDigest(),
        learner.figures());
  }

  private String key(long version, String part) {
    return model + "/" + version + "/" + part;
  }
}
