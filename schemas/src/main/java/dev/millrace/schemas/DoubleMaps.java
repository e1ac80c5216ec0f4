package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Avro's {@code map<double>}, always in the order of its keys: equal maps give equal bytes. */
final class DoubleMaps {
  /** An empty key's length, and a double. */
  private static final int ENTRY_BYTES_MIN = 1 + Double.BYTES;

  private DoubleMaps() {}

  static SortedMap<String, Double> sorted(Map<String, Double> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  static void write(FrameEncoder out, Map<String, Double> sorted) {
    out.setItemCount(sorted.size());
    sorted.forEach(
        (key, value) -> {
          out.writeString(key);
          out.writeDouble(value);
        });
    out.writeMapEnd();
  }

  static SortedMap<String, Double> read(FrameDecoder in) {
    SortedMap<String, Double> map = new TreeMap<>();
    for (int count; (count = in.readBlockCount(ENTRY_BYTES_MIN)) != 0; ) {
      for (int i = 0; i < count; i++) {
        map.put(in.readString(), in.readDouble());
      }
    }
    return map;
  }
}
