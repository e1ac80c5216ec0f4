package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * The table of contents of one published copy of a model. The components are those of {@code
 * SnapshotManifest.avsc}, which gives their units and ranges.
 */
public record SnapshotManifest(
    String model,
    long version,
    int formatVersion,
    String spec,
    Lineage lineage,
    List<BlockRef> blocks,
    List<Integer> schemaIds,
    String weightsDigest,
    Map<String, Double> metrics) {
  public static final Schema SCHEMA = MillraceSchemas.SNAPSHOT_MANIFEST;

  private static final int BYTES_EXPECTED = 4096;

  /** Empty key, zero bytes, empty digest. */
  private static final int BLOCK_REF_BYTES_MIN = 3;

  /** Two small numbers, empty text. */
  private static final int CHANGE_BYTES_MIN = 3;

  /** The part of the log that turned the parent into this model; no parent is null. */
  public record Lineage(
      String topic,
      int partition,
      long firstOffset,
      long lastOffset,
      String configHash,
      Long parentVersion,
      List<Change> changes) {
    public Lineage {
      Objects.requireNonNull(topic, "topic");
      Objects.requireNonNull(configHash, "configHash");
      changes = List.copyOf(changes);
    }
  }

  /** A change of the pipeline file that the model went on with. */
  public record Change(long version, long offset, String what) {
    public Change {
      Objects.requireNonNull(what, "what");
    }
  }

  /** One block of the model and how to check it. */
  public record BlockRef(String key, int bytes, String sha256) {
    public BlockRef {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /** Copies the lists, and the map in the order of its keys. */
  public SnapshotManifest {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(lineage, "lineage");
    Objects.requireNonNull(weightsDigest, "weightsDigest");
    blocks = List.copyOf(blocks);
    schemaIds = List.copyOf(schemaIds);
    metrics = TextMaps.sorted(metrics);
  }

  /** The framed Avro encoding. */
  public byte[] encode(int schemaId) {
    FrameEncoder out = new FrameEncoder(schemaId, BYTES_EXPECTED);
    out.writeString(model);
    out.writeLong(version);
    out.writeInt(formatVersion);
    out.writeString(spec);
    writeLineage(out);
    out.setItemCount(blocks.size());
    for (BlockRef block : blocks) {
      out.writeString(block.key());
      out.writeInt(block.bytes());
      out.writeString(block.sha256());
    }
    out.writeArrayEnd();
    out.setItemCount(schemaIds.size());
    for (int id : schemaIds) {
      out.writeInt(id);
    }
    out.writeArrayEnd();
    out.writeString(weightsDigest);
    TextMaps.write(out, metrics, out::writeDouble);
    return out.frame();
  }

  /**
   * Reads what {@link #encode} writes, under this version of the schema.
   *
   * @throws dev.millrace.schemas.wire.WireFormatException if these bytes are anything else
   */
  public static SnapshotManifest decode(byte[] framed) {
    FrameDecoder in = new FrameDecoder(framed);
    SnapshotManifest manifest =
        new SnapshotManifest(
            in.readString(),
            in.readLong(),
            in.readInt(),
            in.readString(),
            readLineage(in),
            readBlocks(in),
            readSchemaIds(in),
            in.readString(),
            TextMaps.read(in, Double.BYTES, in::readDouble));
    in.end();
    return manifest;
  }

  private void writeLineage(FrameEncoder out) {
    out.writeString(lineage.topic());
    out.writeInt(lineage.partition());
    out.writeLong(lineage.firstOffset());
    out.writeLong(lineage.lastOffset());
    out.writeString(lineage.configHash());
    out.writeNullable(lineage.parentVersion());
    out.setItemCount(lineage.changes().size());
    for (Change change : lineage.changes()) {
      out.writeLong(change.version());
      out.writeLong(change.offset());
      out.writeString(change.what());
    }
    out.writeArrayEnd();
  }

  private static Lineage readLineage(FrameDecoder in) {
    return new Lineage(
        in.readString(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readString(),
        in.readNullableLong(),
        readChanges(in));
  }

  private static List<Change> readChanges(FrameDecoder in) {
    List<Change> changes = new ArrayList<>();
    for (int count; (count = in.readBlockCount(CHANGE_BYTES_MIN)) != 0; ) {
      for (int i = 0; i < count; i++) {
        changes.add(new Change(in.readLong(), in.readLong(), in.readString()));
      }
    }
    return changes;
  }

  private static List<BlockRef> readBlocks(FrameDecoder in) {
    List<BlockRef> blocks = new ArrayList<>();
    for (int count; (count = in.readBlockCount(BLOCK_REF_BYTES_MIN)) != 0; ) {
      for (int i = 0; i < count; i++) {
        blocks.add(new BlockRef(in.readString(), in.readInt(), in.readString()));
      }
    }
    return blocks;
  }

  private static List<Integer> readSchemaIds(FrameDecoder in) {
    List<Integer> ids = new ArrayList<>();
    for (int count; (count = in.readBlockCount(1)) != 0; ) {
      for (int i = 0; i < count; i++) {
        ids.add(in.readInt());
      }
    }
    return ids;
  }
}
