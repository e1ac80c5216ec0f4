package dev.millrace.engine.state;

import dev.millrace.engine.params.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * A named array of numbers that must survive, little-endian when it is bytes. It views the live
 * array: reading and writing always mean the values of now.
 */
public final class StateArray {
  /** Moves elements between the live array and bytes. */
  private interface Access {
    void write(int from, int count, ByteBuffer to);

    void read(int from, int count, ByteBuffer source);
  }

  /** What the elements are. */
  public enum Type {
    FLOAT32(Float.BYTES),
    FLOAT64(Double.BYTES),
    INT64(Long.BYTES);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  private final String name;
  private final List<Integer> shape;
  private final int length;
  private final Type type;
  private final Access access;
  private final Optional<TouchedBlocks> touched;

  private StateArray(String name, int length, Type type, Access access) {
    this(name, List.of(length), length, type, access, Optional.empty());
  }

  private StateArray(
      String name,
      List<Integer> shape,
      int length,
      Type type,
      Access access,
      Optional<TouchedBlocks> touched) {
    this.name = name;
    this.shape = shape;
    this.length = length;
    this.type = type;
    this.access = access;
    this.touched = touched;
  }

  /**
   * A tensor within a flat array of floats; its elements are in row-major order.
   *
   * @param touched which blocks are kept; empty if all are
   */
  public static StateArray of(
      String name, float[] array, Tensor tensor, Optional<TouchedBlocks> touched) {
    return new StateArray(
        name,
        List.of(tensor.rows(), tensor.columns()),
        tensor.size(),
        Type.FLOAT32,
        new Access() {
          @Override
          public void write(int from, int count, ByteBuffer to) {
            tensor.get(array, from, count, to.asFloatBuffer());
          }

          @Override
          public void read(int from, int count, ByteBuffer source) {
            tensor.put(source.asFloatBuffer(), from, count, array);
          }
        },
        touched);
  }

  public static StateArray of(String name, float[] array) {
    return new StateArray(
        name,
        array.length,
        Type.FLOAT32,
        new Access() {
          @Override
          public void write(int from, int count, ByteBuffer to) {
            to.asFloatBuffer().put(array, from, count);
          }

          @Override
          public void read(int from, int count, ByteBuffer source) {
            source.asFloatBuffer().get(array, from, count);
          }
        });
  }

  public static StateArray of(String name, double[] array) {
    return new StateArray(
        name,
        array.length,
        Type.FLOAT64,
        new Access() {
          @Override
          public void write(int from, int count, ByteBuffer to) {
            to.asDoubleBuffer().put(array, from, count);
          }

          @Override
          public void read(int from, int count, ByteBuffer source) {
            source.asDoubleBuffer().get(array, from, count);
          }
        });
  }

  public static StateArray of(String name, long[] array) {
    return of(name, array, Optional.empty());
  }

  /**
   * Whole numbers.
   *
   * @param touched which blocks are kept; empty if all are
   */
  public static StateArray of(String name, long[] array, Optional<TouchedBlocks> touched) {
    return new StateArray(
        name,
        List.of(array.length),
        array.length,
        Type.INT64,
        new Access() {
          @Override
          public void write(int from, int count, ByteBuffer to) {
            to.asLongBuffer().put(array, from, count);
          }

          @Override
          public void read(int from, int count, ByteBuffer source) {
            source.asLongBuffer().get(array, from, count);
          }
        },
        touched);
  }

  /** Which blocks are kept; empty if all are. */
  Optional<TouchedBlocks> touched() {
    return touched;
  }

  public String name() {
    return name;
  }

  /** Elements. */
  public int length() {
    return length;
  }

  /** How long it is in each direction: a tensor's rows and columns, else the length alone. */
  public List<Integer> shape() {
    return shape;
  }

  public Type type() {
    return type;
  }

  /** Bytes an element takes. */
  public int elementBytes() {
    return type.bytes;
  }

  /** The bytes of {@code count} elements from {@code from}. */
  public byte[] toBytes(int from, int count) {
    byte[] bytes = new byte[count * type.bytes];
    access.write(from, count, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    return bytes;
  }

  /** Sets {@code count} elements from {@code from} to what the bytes hold. */
  public void fromBytes(byte[] bytes, int from, int count) {
    if (bytes.length != count * type.bytes) {
      throw new StateException(
          "block of %s has %d bytes, expected %d"
              .formatted(name, bytes.length, count * type.bytes));
    }
    access.read(from, count, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }
}
