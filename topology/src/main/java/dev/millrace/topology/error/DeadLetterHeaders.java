package dev.millrace.topology.error;

import dev.millrace.topology.Event;
import dev.millrace.topology.decode.BadEventException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of a dead letter: those of the event, then Kafka's own of KIP-1034 as texts, then
 * Millrace's.
 */
public final class DeadLetterHeaders {
  /** One word to count by, from {@link dev.millrace.topology.decode.Reason}. */
  public static final String REASON = "millrace.reason";

  /** What was expected and what was found. */
  public static final String MESSAGE = "__streams.errors.message";

  /** Where the event was. */
  public static final String TOPIC = "__streams.errors.topic";

  public static final String PARTITION = "__streams.errors.partition";
  public static final String OFFSET = "__streams.errors.offset";

  /** The event's timestamp: the dead letter's own is the time at which it was written. */
  public static final String TIMESTAMP = "millrace.timestamp";

  /** Bytes that the value had; only where it was cut. */
  public static final String VALUE_TRUNCATED = "millrace.value.truncated";

  /** Bytes that the key had; only where it was cut. */
  public static final String KEY_TRUNCATED = "millrace.key.truncated";

  /** Bytes that the event's own headers had; only where some of them were left out. */
  public static final String HEADERS_TRUNCATED = "millrace.headers.truncated";

  /**
   * On an event that was a dead letter and was put back: {@code partition:offset} of where it first
   * was.
   */
  public static final String REPLAYED = "millrace.replayed";

  private static final String KAFKA = "__streams.errors.";

  /** What Kafka may need for the two lengths of a header. */
  private static final int HEADER_BYTES = 2 * 5;

  private static final int MESSAGE_LENGTH_MAX = 2_000;

  private DeadLetterHeaders() {}

  /** Headers that explain why the event was dead-lettered. */
  static Headers of(Event event, Headers received, BadEventException why) {
    Headers headers = new RecordHeaders();
    int bytes = 0;
    boolean whole = true;
    for (Header header : received) {
      bytes += size(header);
      whole &= bytes <= DeadLetter.BYTES_MAX;
      if (whole) {
        headers.add(header);
      }
    }
    String message = shortened(why.getMessage());
    add(headers, KAFKA + "exception", why.getClass().getName());
    add(headers, MESSAGE, message);
    add(headers, KAFKA + "stacktrace", why.getClass().getName() + ": " + message);
    add(headers, TOPIC, event.topic());
    add(headers, PARTITION, Integer.toString(event.partition()));
    add(headers, OFFSET, Long.toString(event.offset()));
    add(headers, REASON, why.reason().label());
    add(headers, TIMESTAMP, Long.toString(event.timestamp()));
    if (!whole) {
      add(headers, HEADERS_TRUNCATED, Integer.toString(bytes));
    }
    return headers;
  }

  private static int size(Header header) {
    return HEADER_BYTES
        + header.key().getBytes(StandardCharsets.UTF_8).length
        + (header.value() == null ? 0 : header.value().length);
  }

  private static String shortened(String message) {
    return message.length() <= MESSAGE_LENGTH_MAX
        ? message
        : message.substring(0, MESSAGE_LENGTH_MAX) + "…";
  }

  static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether a header was added here, and was not the event's own. */
  public static boolean isOfDeadLetter(String name) {
    return name.startsWith(KAFKA)
        || name.equals(REASON)
        || name.equals(TIMESTAMP)
        || name.equals(VALUE_TRUNCATED)
        || name.equals(KEY_TRUNCATED)
        || name.equals(HEADERS_TRUNCATED);
  }

  /** The text of a header, empty if there is none of the name. */
  public static Optional<String> text(Headers headers, String name) {
    return Optional.ofNullable(headers.lastHeader(name))
        .map(Header::value)
        .map(value -> new String(value, StandardCharsets.UTF_8));
  }
}
