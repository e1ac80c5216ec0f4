package dev.millrace.schemas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the values of one frame as Java objects, through an {@link AvroCursor}: nothing is
 * allocated for a length that was not checked.
 */
public final class FrameDecoder {
  private final AvroCursor cursor = new AvroCursor();

  /**
   * Begins after the header.
   *
   * @throws WireFormatException if these bytes are no frame
   */
  public FrameDecoder(byte[] framed) {
    WireFormat.schemaId(framed);
    cursor.reset(framed, WireFormat.PAYLOAD_OFFSET);
  }

  /** Offset of the next byte in the frame. */
  public int position() {
    return cursor.position();
  }

  /** Bytes not read yet. */
  public int remaining() {
    return cursor.remaining();
  }

  /** Refuses bytes that remain. */
  public void end() {
    cursor.expectEnd();
  }

  public boolean readBoolean() {
    return cursor.readBoolean();
  }

  public int readInt() {
    return cursor.readInt();
  }

  public long readLong() {
    return cursor.readLong();
  }

  public float readFloat() {
    return cursor.readFloat();
  }

  public double readDouble() {
    return cursor.readDouble();
  }

  public String readString() {
    int start = cursor.readUtf8();
    return new String(cursor.bytes(), start, cursor.position() - start, StandardCharsets.UTF_8);
  }

  public byte[] readBytes() {
    int start = cursor.take(cursor.readLength());
    return Arrays.copyOfRange(cursor.bytes(), start, cursor.position());
  }

  /** Branch of a union with that many branches. */
  public int readIndex(int branches) {
    return cursor.readIndex(branches);
  }

  /** A union of null and string. */
  public String readNullableString() {
    return readIndex(2) == 0 ? null : readString();
  }

  /** A union of null and double. */
  public Double readNullableDouble() {
    return readIndex(2) == 0 ? null : readDouble();
  }

  /** A union of null and long. */
  public Long readNullableLong() {
    return readIndex(2) == 0 ? null : readLong();
  }

  /** An array of float, in any number of blocks. */
  public float[] readFloats() {
    float[] values = {};
    int length = 0;
    for (int count; (count = readBlockCount(Float.BYTES)) != 0; ) {
      int end = length + count;
      if (end > values.length) { // doubling keeps many small blocks from costing a square
        values = Arrays.copyOf(values, Math.max(end, 2 * length));
      }
      cursor.readFloats(values, length, count);
      length = end;
    }
    return length == values.length ? values : Arrays.copyOf(values, length);
  }

  /**
   * Items in the next block of an array or map; 0 ends it.
   *
   * @param itemBytesMin least size of one item in bytes: bounds the count
   */
  public int readBlockCount(int itemBytesMin) {
    return cursor.readBlockCount(itemBytesMin);
  }
}
