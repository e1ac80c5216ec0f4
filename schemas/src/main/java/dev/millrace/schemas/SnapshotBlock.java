package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.Arrays;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * One piece of a published model. The components are those of {@code SnapshotBlock.avsc}. The array
 * is not copied: whoever makes a block gives its array away.
 */
public record SnapshotBlock(String model, long version, String key, byte[] data) {
  public static final Schema SCHEMA = MillraceSchemas.SNAPSHOT_BLOCK;

  /** Header, version and three lengths at their longest. */
  private static final int FIXED_BYTES_MAX = 40;

  public SnapshotBlock {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(data, "data");
  }

  /** The framed Avro encoding. */
  public byte[] encode(int schemaId) {
    FrameEncoder out =
        new FrameEncoder(schemaId, FIXED_BYTES_MAX + model.length() + key.length() + data.length);
    out.writeString(model);
    out.writeLong(version);
    out.writeString(key);
    out.writeBytes(data, 0, data.length);
    return out.frame();
  }

  /**
   * Reads what {@link #encode} writes, under this version of the schema.
   *
   * @throws dev.millrace.schemas.wire.WireFormatException if these bytes are anything else
   */
  public static SnapshotBlock decode(byte[] framed) {
    FrameDecoder in = new FrameDecoder(framed);
    SnapshotBlock block =
        new SnapshotBlock(in.readString(), in.readLong(), in.readString(), in.readBytes());
    in.end();
    return block;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SnapshotBlock that
        && version == that.version
        && model.equals(that.model)
        && key.equals(that.key)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return Objects.hash(model, version, key, Arrays.hashCode(data));
  }

  @Override
  public String toString() {
    return "SnapshotBlock[%s v%d, %s, %d bytes]".formatted(model, version, key, data.length);
  }
}
