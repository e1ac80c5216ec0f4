package dev.millrace.topology.error;

import dev.millrace.topology.Event;
import dev.millrace.topology.decode.BadEventException;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;

/**
 * The record that tells of an event that could not be used: its key and value as received, and
 * headers that say why. What is so long that the dead-letter topic would refuse it is cut, and a
 * header says so: a bad event must not stop the pipeline by its size.
 */
public record DeadLetter(byte[] key, byte[] value, Headers headers) {
  /** The most that is kept of a key, of a value and of an event's own headers, in bytes each. */
  public static final int BYTES_MAX = 1 << 20;

  /**
   * The dead letter of an event.
   *
   * @param received the event's own headers
   */
  public static DeadLetter of(Event event, Headers received, BadEventException why) {
    Headers headers = DeadLetterHeaders.of(event, received, why);
    return new DeadLetter(
        cut(event.key(), DeadLetterHeaders.KEY_TRUNCATED, headers),
        cut(event.value(), DeadLetterHeaders.VALUE_TRUNCATED, headers),
        headers);
  }

  private static byte[] cut(byte[] bytes, String header, Headers headers) {
    if (bytes == null || bytes.length <= BYTES_MAX) {
      return bytes;
    }
    DeadLetterHeaders.add(headers, header, Integer.toString(bytes.length));
    return Arrays.copyOf(bytes, BYTES_MAX);
  }
}
