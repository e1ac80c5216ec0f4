package dev.millrace.formats;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One message in the wire format of Protocol Buffers: fields, each a tag (number · 8 + type) and
 * its value.
 */
public final class Proto {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int TYPE_BITS = 3;
  private static final int VARINT_BITS = 7;
  private static final int MORE = 0x80;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public Proto number(int field, long value) {
    varint((long) field << TYPE_BITS | VARINT);
    varint(value);
    return this;
  }

  public Proto real(int field, double value) {
    varint((long) field << TYPE_BITS | FIXED64);
    ByteBuffer eight = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.writeBytes(eight.putDouble(value).array());
    return this;
  }

  public Proto real(int field, float value) {
    varint((long) field << TYPE_BITS | FIXED32);
    ByteBuffer four = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.writeBytes(four.putFloat(value).array());
    return this;
  }

  public Proto text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  public Proto bytes(int field, byte[] value) {
    varint((long) field << TYPE_BITS | BYTES);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  public Proto message(int field, Proto value) {
    return bytes(field, value.toBytes());
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & -MORE) != 0) {
      out.write((int) (rest & MORE - 1) | MORE);
      rest >>>= VARINT_BITS;
    }
    out.write((int) rest);
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }
}
