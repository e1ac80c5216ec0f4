package dev.millrace.schemas.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A cursor over one Avro encoding that believes nothing it reads. Every length and count is
 * compared with the bytes that are left before anything is allocated, text must be valid UTF-8, and
 * {@link #end} refuses bytes that remain: three things that Avro's own decoder lets pass or checks
 * late.
 */
public final class FrameDecoder {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int position;

  /**
   * Begins after the header.
   *
   * @throws WireFormatException if these bytes are no frame
   */
  public FrameDecoder(byte[] framed) {
    WireFormat.schemaId(framed);
    bytes = framed;
    position = WireFormat.PAYLOAD_OFFSET;
  }

  /** Offset of the next byte in the frame. */
  public int position() {
    return position;
  }

  /** Bytes not read yet. */
  public int remaining() {
    return bytes.length - position;
  }

  /** Refuses bytes that remain. */
  public void end() {
    if (position != bytes.length) {
      throw new WireFormatException(
          remaining() + " bytes remain after the value, at byte " + position);
    }
  }

  public boolean readBoolean() {
    require(1, "boolean");
    byte b = bytes[position++];
    if (b != 0 && b != 1) {
      throw malformed("boolean is " + b + ", expected 0 or 1");
    }
    return b == 1;
  }

  public int readInt() {
    long value = readLong();
    if (value != (int) value) {
      throw malformed("int is out of range, value=" + value);
    }
    return (int) value;
  }

  /** Variable length, zigzag: at most ten bytes. */
  public long readLong() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      require(1, "integer");
      byte b = bytes[position++];
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value >>> 1 ^ -(value & 1);
      }
    }
    throw malformed("integer is longer than 10 bytes");
  }

  public float readFloat() {
    require(Float.BYTES, "float");
    float value = Float.intBitsToFloat((int) INT.get(bytes, position));
    position += Float.BYTES;
    return value;
  }

  public double readDouble() {
    require(Double.BYTES, "double");
    double value = Double.longBitsToDouble((long) LONG.get(bytes, position));
    position += Double.BYTES;
    return value;
  }

  public String readString() {
    int length = readLength("string");
    int start = position;
    position += length;
    for (int i = start; i < position; i++) {
      if (bytes[i] < 0) {
        return strictUtf8(start, length);
      }
    }
    return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
  }

  public byte[] readBytes() {
    int length = readLength("bytes");
    byte[] value = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return value;
  }

  /** Branch of a union with that many branches. */
  public int readIndex(int branches) {
    int branch = readInt();
    if (branch < 0 || branch >= branches) {
      throw malformed("union branch is " + branch + ", expected 0 to " + (branches - 1));
    }
    return branch;
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
      while (length < end) {
        values[length++] = readFloat();
      }
    }
    return length == values.length ? values : Arrays.copyOf(values, length);
  }

  /**
   * Items in the next block of an array or map; 0 ends it.
   *
   * @param itemBytesMin least size of one item in bytes, 1 or more: bounds the count
   */
  public int readBlockCount(int itemBytesMin) {
    assert itemBytesMin > 0 : "itemBytesMin=" + itemBytesMin;
    long count = readLong();
    if (count < 0) { // the block's size in bytes follows, for readers that skip it
      if (count == Long.MIN_VALUE) {
        throw malformed("block count is out of range, value=" + count);
      }
      count = -count;
      long size = readLong();
      if (size < 0 || size > remaining()) {
        throw malformed("block of " + size + " bytes, but " + remaining() + " are left");
      }
    }
    if (count > remaining() / itemBytesMin) {
      throw malformed("block of " + count + " items, but " + remaining() + " bytes are left");
    }
    return (int) count;
  }

  private int readLength(String what) {
    long length = readLong();
    if (length < 0 || length > remaining()) {
      throw malformed(what + " of " + length + " bytes, but " + remaining() + " are left");
    }
    return (int) length;
  }

  private String strictUtf8(int start, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new WireFormatException("string at byte " + start + " is not valid UTF-8", e);
    }
  }

  private void require(int count, String what) {
    if (remaining() < count) {
      throw new WireFormatException(what + " is cut off at byte " + position);
    }
  }

  private WireFormatException malformed(String message) {
    return new WireFormatException(message + ", at byte " + position);
  }
}
