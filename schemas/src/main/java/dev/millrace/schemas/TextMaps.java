package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Avro's maps, whose keys are texts, always in the order of the keys: equal maps, equal bytes. */
final class TextMaps {
  private static final int EMPTY_KEY_BYTES = 1;

  private TextMaps() {}

  static <V> SortedMap<String, V> sorted(Map<String, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  static <V> void write(FrameEncoder out, Map<String, V> sorted, Consumer<V> value) {
    out.setItemCount(sorted.size());
    sorted.forEach(
        (key, v) -> {
          out.writeString(key);
          value.accept(v);
        });
    out.writeMapEnd();
  }

  /**
   * Reads what {@link #write} writes.
   *
   * @param valueBytesMin the fewest bytes that a value can take
   */
  static <V> SortedMap<String, V> read(FrameDecoder in, int valueBytesMin, Supplier<V> value) {
    SortedMap<String, V> map = new TreeMap<>();
    for (int count; (count = in.readBlockCount(EMPTY_KEY_BYTES + valueBytesMin)) != 0; ) {
      for (int i = 0; i < count; i++) {
        map.put(in.readString(), value.get());
      }
    }
    return map;
  }
}
