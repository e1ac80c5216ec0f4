package dev.millrace.formats.tensorboard;

import dev.millrace.formats.Proto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Scalars over steps, as TensorBoard reads them: a file of TFRecords, each an {@code Event} of
 * tensorflow/core/util/event.proto. Not thread-safe.
 *
 * <pre>
 *   record: length, int64 | masked CRC-32C of it, int32 | event | masked CRC-32C of it, int32; little-endian
 *   Event: 1 wall_time, double | 2 step, int64 | 3 file_version, string | 5 summary
 *   Summary: 1 value, repeated     Value: 1 tag, string | 2 simple_value, float
 * </pre>
 */
public final class EventFile implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int MASK = 0xa282ead8;

  private final OutputStream out;

  /**
   * A new file in a directory, which is made if need be.
   *
   * @param startMs of its first event, in milliseconds since 1970; part of the name
   */
  public EventFile(Path directory, long startMs) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("events.out.tfevents.%d.millrace".formatted(startMs / 1000));
    out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    record(new Proto().real(WALL_TIME, startMs / 1e3).text(FILE_VERSION, VERSION));
  }

  /** Adds the scalars of one step; those that are not finite are left out. */
  public void add(long timeMs, long step, Map<String, Double> scalars) throws IOException {
    Proto summary = new Proto();
    scalars.forEach(
        (tag, value) -> {
          if (Double.isFinite(value)) {
            summary.message(
                VALUE, new Proto().text(TAG, tag).real(SIMPLE_VALUE, value.floatValue()));
          }
        });
    record(new Proto().real(WALL_TIME, timeMs / 1e3).number(STEP, step).message(SUMMARY, summary));
    out.flush();
  }

  private void record(Proto message) throws IOException {
    byte[] event = message.toBytes();
    byte[] length = littleEndian(Long.BYTES).putLong(event.length).array();
    out.write(length);
    out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(length)).array());
    out.write(event);
    out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(event)).array());
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** As tensorflow/core/lib/hash/crc32c.h has it: a CRC of data that holds CRCs is weak. */
  static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int value = (int) crc.getValue();
    return Integer.rotateRight(value, 15) + MASK;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
