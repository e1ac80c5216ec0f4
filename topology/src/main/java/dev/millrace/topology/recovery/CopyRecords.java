package dev.millrace.topology.recovery;

import dev.millrace.engine.state.Digest;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.snapshot.SnapshotPublisher;

/** The records of a published copy, each looked at before anybody believes it. */
public final class CopyRecords {
  /** The last part of a manifest's key. */
  public static final String MANIFEST = "manifest";

  private CopyRecords() {}

  /**
   * The manifest of a copy.
   *
   * @param model that its key names
   * @param version that its key names
   * @throws BrokenSnapshotException if it is another's, or cannot be read
   */
  public static SnapshotManifest manifest(String model, long version, byte[] value) {
    try {
      SnapshotManifest manifest = SnapshotManifest.decode(value);
      if (manifest.formatVersion() != SnapshotPublisher.FORMAT) {
        throw broken(
            model,
            version,
            "has format %d, this program reads %d; use the version that wrote it"
                .formatted(manifest.formatVersion(), SnapshotPublisher.FORMAT));
      }
      if (manifest.version() != version || !manifest.model().equals(model)) {
        throw broken(
            model,
            version,
            "is of model %s, version %d".formatted(manifest.model(), manifest.version()));
      }
      return manifest;
    } catch (WireFormatException e) {
      throw broken(model, version, "cannot be read: " + e.getMessage());
    }
  }

  private static BrokenSnapshotException broken(String model, long version, String problem) {
    return new BrokenSnapshotException(
        "the manifest of %s/%d %s".formatted(model, version, problem));
  }

  /**
   * The bytes of a block.
   *
   * @param value of its record; null if there is none
   * @throws BrokenSnapshotException if it is missing, or not what the manifest names
   */
  public static byte[] block(
      SnapshotManifest manifest, SnapshotManifest.BlockRef ref, byte[] value) {
    String which = "block %s of %s/%d".formatted(ref.key(), manifest.model(), manifest.version());
    if (value == null) {
      throw new BrokenSnapshotException(which + " is missing");
    }
    SnapshotBlock block;
    try {
      block = SnapshotBlock.decode(value);
    } catch (WireFormatException e) {
      throw new BrokenSnapshotException(which + " cannot be read: " + e.getMessage());
    }
    String digest = Digest.hex(Digest.sha256(block.data()));
    if (!block.key().equals(ref.key()) || block.version() != manifest.version()) {
      throw new BrokenSnapshotException(
          "%s holds block %s of version %d".formatted(which, block.key(), block.version()));
    }
    if (!digest.equals(ref.sha256())) {
      throw new BrokenSnapshotException(
          "%s has SHA-256 %s, the manifest says %s".formatted(which, digest, ref.sha256()));
    }
    return block.data();
  }
}
