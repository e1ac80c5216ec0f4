package dev.millrace.schemas.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Confluent's frame around an Avro value, which every console can read.
 *
 * <pre>
 *    0      1                5
 *   +------+----------------+----------------------
 *   | 0x00 | schema id      | Avro binary encoding …
 *   | magic| int32, big end | to the end
 *   +------+----------------+----------------------
 * </pre>
 */
public final class WireFormat {
  /** First byte of every frame. */
  public static final byte MAGIC = 0;

  /** Where the schema id stands. */
  public static final int ID_OFFSET = 1;

  /** Where the Avro encoding begins; also the length of the smallest frame, in bytes. */
  public static final int PAYLOAD_OFFSET = ID_OFFSET + Integer.BYTES;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private WireFormat() {}

  /**
   * The schema id of a frame.
   *
   * @throws WireFormatException if these bytes are no frame
   */
  public static int schemaId(byte[] framed) {
    if (framed == null) {
      throw new WireFormatException(
          WireFormatException.Kind.NOT_WIRE_FORMAT,
          "value is null (a tombstone), expected a schema id");
    }
    if (framed.length == 0) {
      throw new WireFormatException(
          WireFormatException.Kind.NOT_WIRE_FORMAT, "value is empty, expected a schema id");
    }
    if (framed[0] != MAGIC) {
      throw new WireFormatException(
          WireFormatException.Kind.NOT_WIRE_FORMAT,
          "first byte is 0x%02x, expected 0x00: the value was not written by a schema-registry serializer"
              .formatted(framed[0]));
    }
    if (framed.length < PAYLOAD_OFFSET) {
      throw new WireFormatException(
          WireFormatException.Kind.NOT_WIRE_FORMAT,
          "value has "
              + framed.length
              + " bytes, expected at least "
              + PAYLOAD_OFFSET
              + " (magic byte and schema id)");
    }
    return (int) INT.get(framed, ID_OFFSET);
  }

  /** A frame around an Avro encoding. Copies; a {@link FrameEncoder} does not need to. */
  public static byte[] frame(int schemaId, byte[] payload) {
    return frame(schemaId, payload, payload.length);
  }

  /** A frame around the first {@code length} bytes. */
  public static byte[] frame(int schemaId, byte[] payload, int length) {
    byte[] framed = new byte[PAYLOAD_OFFSET + length];
    putHeader(framed, schemaId);
    System.arraycopy(payload, 0, framed, PAYLOAD_OFFSET, length);
    return framed;
  }

  static void putHeader(byte[] framed, int schemaId) {
    framed[0] = MAGIC;
    INT.set(framed, ID_OFFSET, schemaId);
  }
}
