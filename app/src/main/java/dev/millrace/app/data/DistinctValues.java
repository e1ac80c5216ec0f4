package dev.millrace.app.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Counts different cells by 64-bit hashes, and keeps the first few as text. */
final class DistinctValues {
  private final int countMax;
  private final int valuesMax;
  private final List<String> values = new ArrayList<>();
  private long[] hashes = new long[64];
  private int count;
  private boolean repeated;

  DistinctValues(int countMax, int valuesMax) {
    this.countMax = countMax;
    this.valuesMax = valuesMax;
  }

  void add(byte[] bytes, int start, int length) {
    if (count >= countMax) {
      return;
    }
    long hash = hash(bytes, start, length);
    int mask = hashes.length - 1;
    int slot = (int) hash & mask;
    while (hashes[slot] != 0) {
      if (hashes[slot] == hash) {
        repeated = true;
        return;
      }
      slot = slot + 1 & mask;
    }
    hashes[slot] = hash;
    count++;
    if (values.size() < valuesMax) {
      values.add(new String(bytes, start, length, StandardCharsets.UTF_8));
    }
    if (2 * count > hashes.length) {
      grow();
    }
  }

  private static long hash(byte[] bytes, int start, int length) {
    long h = 0xcbf29ce484222325L;
    for (int i = start; i < start + length; i++) {
      h = (h ^ bytes[i]) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 29;
    }
    h = (h ^ length) * 0xBF58476D1CE4E5B9L;
    h ^= h >>> 32;
    return h == 0 ? 1 : h;
  }

  private void grow() {
    long[] old = hashes;
    hashes = new long[2 * old.length];
    int mask = hashes.length - 1;
    for (long hash : old) {
      if (hash != 0) {
        int slot = (int) hash & mask;
        while (hashes[slot] != 0) {
          slot = slot + 1 & mask;
        }
        hashes[slot] = hash;
      }
    }
  }

  int count() {
    return count;
  }

  /** Whether a value came twice while values were counted. */
  boolean repeated() {
    return repeated;
  }

  /** The different values as they came, or none if there are too many to keep. */
  List<String> values() {
    return count <= values.size() ? values : List.of();
  }
}
