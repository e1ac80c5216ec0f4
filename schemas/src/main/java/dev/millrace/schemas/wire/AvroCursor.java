package dev.millrace.schemas.wire;

import dev.millrace.schemas.wire.WireFormatException.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A place in the bytes of an Avro value that believes nothing it reads: every length and count is
 * compared with the bytes that are left, text must be UTF-8, and {@link #expectEnd} refuses bytes
 * that remain; three things that Avro's own decoder lets pass or checks late. Nothing is allocated.
 */
public final class AvroCursor {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NOT_ASCII = 0x8080808080808080L;
  private static final int ZERO_BYTE_ITEMS_MAX = 1 << 16;

  private byte[] bytes = new byte[0];
  private int position;
  private int limit;

  /** Begins at {@code offset} of the bytes and ends at their end. */
  public void reset(byte[] value, int offset) {
    bytes = value;
    position = offset;
    limit = value.length;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int position() {
    return position;
  }

  /** Goes back to a place it has been at. */
  public void backTo(int place) {
    assert place <= position : "only bytes that were read are known to be there";
    position = place;
  }

  public int remaining() {
    return limit - position;
  }

  /** Avro's long: zigzag, seven bits a byte, at most ten bytes. */
  public long readLong() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = readByte();
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        if (shift == 63 && b > 1) {
          break;
        }
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new WireFormatException(
        Kind.BAD_VARINT, "a long takes more than 64 bits, at byte " + position);
  }

  /** Avro's int: a long that fits 32 bits. */
  public int readInt() {
    long value = readLong();
    if (value != (int) value) {
      throw new WireFormatException(
          Kind.BAD_VARINT, "an int takes more than 32 bits, at byte " + position);
    }
    return (int) value;
  }

  public float readFloat() {
    return Float.intBitsToFloat((int) INT.get(bytes, take(Float.BYTES)));
  }

  public double readDouble() {
    return Double.longBitsToDouble((long) LONG.get(bytes, take(Double.BYTES)));
  }

  public boolean readBoolean() {
    int b = readByte();
    if (b != 0 && b != 1) {
      throw new WireFormatException(
          Kind.BAD_INDEX, "a boolean must be 0 or 1, at byte %d: %d".formatted(position - 1, b));
    }
    return b == 1;
  }

  /** The index of a union's branch or an enum's symbol. */
  public int readIndex(int count) {
    long index = readLong();
    if (index < 0 || index >= count) {
      throw new WireFormatException(
          Kind.BAD_INDEX, "index %d of %d, at byte %d".formatted(index, count, position));
    }
    return (int) index;
  }

  /** The length of a string or of bytes; at least so many bytes remain. */
  public int readLength() {
    long length = readLong();
    if (length < 0) {
      throw new WireFormatException(
          Kind.BAD_LENGTH, "length %d, at byte %d".formatted(length, position));
    }
    if (length > remaining()) {
      throw truncated(length);
    }
    return (int) length;
  }

  /**
   * The number of items of the next block of an array or map, 0 at its end.
   *
   * @param itemBytesMin the fewest bytes that an item can take
   */
  public int readBlockCount(int itemBytesMin) {
    long count = readLong();
    if (count < 0) {
      count = -count;
      readLength();
    }
    // Items of no bytes (null, empty records) are bounded too: a few bytes must not cost much work.
    long max = itemBytesMin == 0 ? ZERO_BYTE_ITEMS_MAX : remaining() / itemBytesMin;
    if (count < 0 || count > max) {
      throw new WireFormatException(
          Kind.BAD_LENGTH,
          "a block of %d items where %d can be, at byte %d".formatted(count, max, position));
    }
    return (int) count;
  }

  /** Goes over a string that must be UTF-8 and returns where it begins; it ends here. */
  public int readUtf8() {
    int length = readLength();
    int start = position;
    position += length;
    checkUtf8(start, position);
    return start;
  }

  /** Goes over {@code count} bytes and returns where they begin. */
  public int take(int count) {
    if (count > remaining()) {
      throw truncated(count);
    }
    int start = position;
    position += count;
    return start;
  }

  /** Copies {@code count} floats. */
  public void readFloats(float[] to, int offset, int count) {
    int start = take(Math.multiplyExact(count, Float.BYTES));
    ByteBuffer.wrap(bytes, start, count * Float.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(to, offset, count);
  }

  /** Refuses bytes that no field claims. */
  public void expectEnd() {
    if (remaining() > 0) {
      throw new WireFormatException(
          Kind.TRAILING_BYTES, remaining() + " bytes remain after the value, at byte " + position);
    }
  }

  private byte readByte() {
    if (position >= limit) {
      throw truncated(1);
    }
    return bytes[position++];
  }

  private WireFormatException truncated(long wanted) {
    return new WireFormatException(
        Kind.TRUNCATED, "%d bytes wanted at byte %d of %d".formatted(wanted, position, limit));
  }

  private void checkUtf8(int start, int end) {
    int at = start;
    while (at + Long.BYTES <= end && ((long) LONG.get(bytes, at) & NOT_ASCII) == 0) {
      at += Long.BYTES;
    }
    while (at < end) {
      int length = sequenceLength(at, end);
      if (length == 0) {
        throw new WireFormatException(Kind.INVALID_UTF8, "invalid UTF-8 at byte " + at);
      }
      at += length;
    }
  }

  /** Bytes of the well-formed sequence at {@code at} (Unicode 15, table 3-7), or 0. */
  private int sequenceLength(int at, int end) {
    int lead = bytes[at] & 0xFF;
    if (lead < 0x80) {
      return 1;
    }
    int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || at + length > end) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
