package dev.millrace.topology.error;

import dev.millrace.topology.decode.BadEventException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of a dead letter: those of the event, then Kafka's own of KIP-1034 as texts, then
 * {@code millrace.reason}, one word to count by.
 */
public final class DeadLetterHeaders {
  /** One word from {@link dev.millrace.topology.decode.Reason}. */
  public static final String REASON = "millrace.reason";

  private static final String KAFKA = "__streams.errors.";

  /** Where the event stood in its partition, in digits. */
  public static final String OFFSET = KAFKA + "offset";

  private DeadLetterHeaders() {}

  /** Headers that explain why the event at the offset was dead-lettered. */
  public static Headers of(
      Headers event, String topic, int partition, long offset, BadEventException why) {
    Headers headers = new RecordHeaders(event);
    add(headers, KAFKA + "exception", why.getClass().getName());
    add(headers, KAFKA + "message", why.getMessage());
    add(headers, KAFKA + "stacktrace", why.toString());
    add(headers, KAFKA + "topic", topic);
    add(headers, KAFKA + "partition", Integer.toString(partition));
    add(headers, OFFSET, Long.toString(offset));
    add(headers, REASON, why.reason().label());
    return headers;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
