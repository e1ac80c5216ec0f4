package dev.millrace.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.BinaryData;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoder over one growing array that already begins with the frame's header. Avro's
 * own encoders copy through a buffer and a stream and declare {@code IOException}; this one is what
 * remains when the target is memory, and it runs once an event.
 */
public final class FrameEncoder extends BinaryEncoder {
  /** Longest variable-length encoding of a long, in bytes. */
  private static final int VARLONG_BYTES_MAX = 10;

  private byte[] buffer;
  private int position;

  /**
   * @param bytesExpected size of the frame as far as the caller can tell; a frame that fits needs
   *     no second array but the result
   */
  public FrameEncoder(int schemaId, int bytesExpected) {
    buffer = new byte[Math.max(bytesExpected, WireFormat.PAYLOAD_OFFSET)];
    WireFormat.putHeader(buffer, schemaId);
    position = WireFormat.PAYLOAD_OFFSET;
  }

  /** The frame so far. Ends the use of this encoder: the array may be its own. */
  public byte[] frame() {
    return position == buffer.length ? buffer : Arrays.copyOf(buffer, position);
  }

  /** A union of null and string: branch 0 or 1, then the value. */
  public void writeNullable(String value) {
    if (value == null) {
      writeZero();
    } else {
      writeLong(1);
      writeString(value);
    }
  }

  /** A union of null and double: branch 0 or 1, then the value. */
  public void writeNullable(Double value) {
    if (value == null) {
      writeZero();
    } else {
      writeLong(1);
      writeDouble(value);
    }
  }

  /** A union of null and long: branch 0 or 1, then the value. */
  public void writeNullable(Long value) {
    if (value == null) {
      writeZero();
    } else {
      writeLong(1);
      writeLong(value);
    }
  }

  /** An array of float in one block, as Avro's own writer lays it out. */
  public void writeFloats(float[] values) {
    if (values.length > 0) {
      writeLong(values.length);
      ensure(values.length * Float.BYTES);
      for (float value : values) {
        position += BinaryData.encodeFloat(value, buffer, position);
      }
    }
    writeZero();
  }

  @Override
  public void writeString(String text) {
    int length = text.length();
    ensure(VARLONG_BYTES_MAX + length);
    int start = position;
    int at = start + BinaryData.encodeLong(length, buffer, start);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) { // the byte length is not the length: begin again
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        writeBytes(utf8, 0, utf8.length);
        return;
      }
      buffer[at++] = (byte) c;
    }
    position = at;
  }

  @Override
  public void writeString(Utf8 utf8) {
    writeBytes(utf8.getBytes(), 0, utf8.getByteLength());
  }

  @Override
  public void writeBoolean(boolean value) {
    ensure(1);
    buffer[position++] = (byte) (value ? 1 : 0);
  }

  @Override
  public void writeInt(int value) {
    ensure(VARLONG_BYTES_MAX);
    position += BinaryData.encodeInt(value, buffer, position);
  }

  @Override
  public void writeLong(long value) {
    ensure(VARLONG_BYTES_MAX);
    position += BinaryData.encodeLong(value, buffer, position);
  }

  @Override
  public void writeFloat(float value) {
    ensure(Float.BYTES);
    position += BinaryData.encodeFloat(value, buffer, position);
  }

  @Override
  public void writeDouble(double value) {
    ensure(Double.BYTES);
    position += BinaryData.encodeDouble(value, buffer, position);
  }

  @Override
  public void writeBytes(byte[] bytes, int start, int length) {
    writeLong(length);
    writeFixed(bytes, start, length);
  }

  @Override
  public void writeBytes(ByteBuffer bytes) {
    writeLong(bytes.remaining());
    writeFixed(bytes);
  }

  @Override
  public void writeFixed(byte[] bytes, int start, int length) {
    ensure(length);
    System.arraycopy(bytes, start, buffer, position, length);
    position += length;
  }

  @Override
  public void writeFixed(ByteBuffer bytes) {
    int length = bytes.remaining();
    ensure(length);
    bytes.get(bytes.position(), buffer, position, length);
    position += length;
  }

  @Override
  public void writeEnum(int symbol) {
    writeInt(symbol);
  }

  @Override
  public void writeIndex(int branch) {
    writeInt(branch);
  }

  @Override
  public void writeArrayStart() {}

  @Override
  public void setItemCount(long itemCount) {
    if (itemCount > 0) {
      writeLong(itemCount);
    }
  }

  @Override
  public void writeArrayEnd() {
    writeZero();
  }

  @Override
  public void writeMapEnd() {
    writeZero();
  }

  @Override
  protected void writeZero() {
    ensure(1);
    buffer[position++] = 0;
  }

  @Override
  public int bytesBuffered() {
    return 0;
  }

  @Override
  public void flush() {}

  private void ensure(int bytes) {
    int needed = Math.addExact(position, bytes);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(needed, buffer.length + (buffer.length >> 1)));
    }
  }
}
