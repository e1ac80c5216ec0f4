package dev.millrace.engine.random;

/**
 * Random numbers keyed by (seed, purpose, index): the same key gives the same number on every
 * machine, in any order, and there is no state to save.
 *
 * <p>A key (seed, purpose) names a SplitMix64 sequence, and the index is the place in it: Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 */
public final class CounterRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private CounterRandom() {}

  /** 64 random bits. */
  public static long bits(long seed, long purpose, long index) {
    return bits(stream(seed, purpose), index);
  }

  private static long bits(long stream, long index) {
    return splitmix64(stream + index * GOLDEN_GAMMA);
  }

  /** What the numbers of one seed and purpose have in common. */
  public static long stream(long seed, long purpose) {
    return splitmix64(splitmix64(seed) + purpose);
  }

  /** {@link #uniform(long, long, long)} of a {@link #stream}. */
  public static double uniform(long stream, long index) {
    return (bits(stream, index) >>> 11) * 0x1p-53;
  }

  /** A multiple of 2^-53 in [0, 1). */
  public static double uniform(long seed, long purpose, long index) {
    return uniform(stream(seed, purpose), index);
  }

  /** The first output of SplitMix64 started at {@code state}; a bijection on 64 bits. */
  public static long splitmix64(long state) {
    long z = state + GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
