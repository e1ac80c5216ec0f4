package dev.millrace.formats.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, read by a reader of its own after the published formats. */
class EventFileTest {
  @TempDir Path dir;

  private record Record(byte[] event) {}

  /** TFRecords: length, its masked CRC, the bytes, their masked CRC. */
  private List<Record> records() throws IOException {
    Path file;
    try (var files = Files.list(dir)) {
      file = files.findFirst().orElseThrow();
    }
    assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Record> records = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(bytes.position(), length);
      byte[] event = new byte[(int) bytes.getLong()];
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      bytes.get(event);
      assertThat(bytes.getInt()).isEqualTo(masked(event));
      records.add(new Record(event));
    }
    return records;
  }

  /** CRC-32C bit by bit, turned right by 15 and moved by a constant. */
  private static int masked(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    crc = ~crc;
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  @Test
  void shouldHoldScalarsByTagAndStep() throws IOException {
    try (EventFile file = new EventFile(dir, 1_700_000_000_500L)) {
      file.add(
          1_700_000_001_000L, 300, new TreeMap<>(Map.of("accuracy", 0.75, "loss", Double.NaN)));
    }
    List<Record> records = records();
    assertThat(records).hasSize(2);
    assertThat(new String(records.get(0).event(), StandardCharsets.ISO_8859_1))
        .contains("brain.Event:2");
    ByteBuffer event = ByteBuffer.wrap(records.get(1).event()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(event.get()).as("field 1, 64 bits").isEqualTo((byte) (1 << 3 | 1));
    assertThat(event.getDouble()).isEqualTo(1_700_000_001.0);
    assertThat(event.get()).as("field 2, varint").isEqualTo((byte) (2 << 3));
    assertThat(event.get() & 0x7f | event.get() << 7).isEqualTo(300);
    assertThat(event.get()).as("field 5, bytes").isEqualTo((byte) (5 << 3 | 2));
    assertThat(event.get()).isEqualTo((byte) event.remaining());
    assertThat(event.get()).as("field 1 of the summary, bytes").isEqualTo((byte) (1 << 3 | 2));
    assertThat(event.get()).as("the one value that is finite").isEqualTo((byte) event.remaining());
    assertThat(event.get()).as("field 1 of the value, bytes").isEqualTo((byte) (1 << 3 | 2));
    byte[] tag = new byte[event.get()];
    event.get(tag);
    assertThat(new String(tag, StandardCharsets.UTF_8)).isEqualTo("accuracy");
    assertThat(event.get()).as("field 2 of the value, 32 bits").isEqualTo((byte) (2 << 3 | 5));
    assertThat(event.getFloat()).isEqualTo(0.75f);
    assertThat(event.hasRemaining()).isFalse();
  }
}
