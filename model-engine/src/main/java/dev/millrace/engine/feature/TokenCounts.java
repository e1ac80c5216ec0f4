package dev.millrace.engine.feature;

import java.util.Arrays;

/** Different tokens by their hashes in the order in which they came, and how often each did. */
final class TokenCounts {
  private long[] hashes = new long[64];
  private int[] counts = new int[64];
  private int[] slots = new int[64]; // where each token stands in the table
  private int[] table = new int[128]; // open addressing: token + 1, 0 where free
  private int count;

  void clear() {
    for (int i = 0; i < count; i++) {
      table[slots[i]] = 0;
    }
    count = 0;
  }

  void add(long hash) {
    int slot = slot(hash);
    if (table[slot] != 0) {
      counts[table[slot] - 1]++;
      return;
    }
    if (count == hashes.length) {
      grow();
      slot = slot(hash);
    }
    hashes[count] = hash;
    counts[count] = 1;
    slots[count] = slot;
    table[slot] = ++count;
  }

  private int slot(long hash) {
    int mask = table.length - 1;
    int slot = (int) hash & mask;
    while (table[slot] != 0 && hashes[table[slot] - 1] != hash) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    hashes = Arrays.copyOf(hashes, 2 * count);
    counts = Arrays.copyOf(counts, 2 * count);
    slots = Arrays.copyOf(slots, 2 * count);
    table = new int[4 * count];
    for (int i = 0; i < count; i++) {
      slots[i] = slot(hashes[i]);
      table[slots[i]] = i + 1;
    }
  }

  int count() {
    return count;
  }

  long hash(int token) {
    return hashes[token];
  }

  int count(int token) {
    return counts[token];
  }
}
