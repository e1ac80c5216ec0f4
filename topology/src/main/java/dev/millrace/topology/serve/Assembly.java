package dev.millrace.topology.serve;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.recovery.BrokenSnapshotException;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.CopyRecords;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Puts copies together from the records of one partition, in the order of the topic: the blocks of
 * a copy, then its manifest. Blocks are held of one copy at a time, the newest.
 *
 * <p>Versions rise, whatever is installed. They begin anew only where a pipeline was reset, which
 * retires its copies, and a tag may go to an older one, which retires the tagged copy; so once the
 * copy that was served is retired, any other may follow it.
 */
final class Assembly {
  private static final long NONE = -1;

  private final String model;
  private final String keys; // what they begin with
  private final OptionalLong only; // version
  private Map<String, byte[]> blocks = new HashMap<>();
  private long incoming = NONE; // the version that the blocks are of
  private long served = NONE;

  /**
   * A copy, each block of which is what was published.
   *
   * @param eventTime the timestamp of the last event that the model has learned
   */
  record Complete(SnapshotManifest manifest, Map<String, byte[]> blocks, long eventTime) {
    /**
     * Its model, which takes the blocks one by one, so that memory holds them once.
     *
     * @throws BrokenSnapshotException if they make none
     */
    ServedModel model(Kernels kernels, int copies) {
      return ServedModel.of(manifest, blocks, eventTime, kernels, copies);
    }
  }

  /**
   * Has seen nothing.
   *
   * @param which copies to put together
   */
  Assembly(String model, CopyName which) {
    this.model = model;
    this.keys = SnapshotTopic.keys(model, which.tag());
    this.only = which.version();
  }

  /**
   * Takes the next record.
   *
   * @param key {@code <model>/<version>/<part>}, or with {@code @<tag>} behind the model
   * @param value null for a tombstone
   * @return the copy that it completes
   * @throws BrokenSnapshotException if it completes a copy that is not what was published; the next
   *     record can be taken
   */
  Optional<Complete> take(String key, byte[] value, long timestamp) {
    String[] parts = key.split("/", 3);
    if (parts.length < 3 || !parts[0].equals(keys) || !parts[1].matches("\\d{1,18}")) {
      return Optional.empty();
    }
    long version = Long.parseLong(parts[1]);
    boolean isManifest = parts[2].equals(CopyRecords.MANIFEST);
    if (value == null) {
      retire(version, isManifest);
    } else if (only.isPresent() ? version == only.getAsLong() : version > served) {
      if (version != incoming) {
        blocks.clear();
        incoming = version;
      }
      if (isManifest) {
        return Optional.of(complete(version, value, timestamp));
      }
      blocks.put(parts[2], value);
    }
    return Optional.empty();
  }

  private void retire(long version, boolean isManifest) {
    if (version == incoming) {
      forgetIncoming();
    }
    if (version == served && isManifest) {
      served = NONE;
    }
  }

  private void forgetIncoming() {
    blocks = new HashMap<>();
    incoming = NONE;
  }

  private Complete complete(long version, byte[] value, long timestamp) {
    try {
      SnapshotManifest manifest = CopyRecords.manifest(model, version, value);
      for (SnapshotManifest.BlockRef block : manifest.blocks()) {
        byte[] bytes = CopyRecords.block(manifest, block, blocks.get(block.key()));
        blocks.put(block.key(), bytes);
      }
      served = version;
      return new Complete(manifest, blocks, timestamp);
    } finally {
      forgetIncoming();
    }
  }
}
