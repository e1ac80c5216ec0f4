package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * What became of one {@link Control}. The components are those of {@code ControlOutcome.avsc},
 * which gives their units and ranges.
 */
public record ControlOutcome(
    String pipeline,
    int partition,
    long number,
    long controlOffset,
    long offset,
    long modelVersion,
    String refused,
    Control control) {
  public static final Schema SCHEMA = MillraceSchemas.CONTROL_OUTCOME;

  private static final int BYTES_EXPECTED = 256;

  public ControlOutcome {
    Objects.requireNonNull(pipeline, "pipeline");
  }

  /** Whether what was asked was done. */
  public boolean isDone() {
    return refused == null;
  }

  /** The framed Avro encoding. */
  public byte[] encode(int schemaId) {
    FrameEncoder out = new FrameEncoder(schemaId, BYTES_EXPECTED);
    out.writeString(pipeline);
    out.writeInt(partition);
    out.writeLong(number);
    out.writeLong(controlOffset);
    out.writeLong(offset);
    out.writeLong(modelVersion);
    out.writeNullable(refused);
    out.writeIndex(control == null ? 0 : 1);
    if (control != null) {
      control.write(out);
    }
    return out.frame();
  }

  /**
   * Reads what {@link #encode} writes, under this version of the schema.
   *
   * @throws dev.millrace.schemas.wire.WireFormatException if these bytes are anything else
   */
  public static ControlOutcome decode(byte[] framed) {
    FrameDecoder in = new FrameDecoder(framed);
    ControlOutcome outcome =
        new ControlOutcome(
            in.readString(),
            in.readInt(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readNullableString(),
            in.readIndex(2) == 0 ? null : Control.read(in));
    in.end();
    return outcome;
  }
}
