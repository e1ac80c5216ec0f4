package dev.millrace.engine.feature;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 64-bit hash of bytes, eight at a time through the finaliser of SplitMix64 (Steele, Lea and
 * Flood 2014). Part of the stored format: hashed features depend on it, so it never changes.
 */
public final class Utf8Hash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Utf8Hash() {}

  /** The hash of {@code length} bytes from {@code offset}. */
  public static long hash(byte[] bytes, int offset, int length) {
    long hash = mix(length + 0x9E3779B97F4A7C15L);
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = mix(hash ^ (long) LONG.get(bytes, at));
    }
    long last = 0;
    for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
      last |= (bytes[at] & 0xFFL) << shift;
    }
    return mix(hash ^ last);
  }

  /** The bucket of the bytes among {@code buckets}. */
  public static int bucket(byte[] bytes, int offset, int length, int buckets) {
    return (int) Long.remainderUnsigned(hash(bytes, offset, length), buckets);
  }

  /** The hash of two hashes in their order. */
  public static long combine(long first, long second) {
    return mix(mix(first + 0x9E3779B97F4A7C15L) ^ second);
  }

  /** The finaliser: a bijection on 64 bits. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
