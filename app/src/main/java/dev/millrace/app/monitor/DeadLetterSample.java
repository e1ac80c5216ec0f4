package dev.millrace.app.monitor;

import dev.millrace.topology.error.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * One event that could not be read.
 *
 * @param time when it was put aside, in milliseconds since 1970
 * @param place {@code topic-partition@offset} of the event
 * @param bytes of its value, 0 if it has none
 */
public record DeadLetterSample(long time, String place, String reason, String message, int bytes) {
  static DeadLetterSample of(ConsumerRecord<byte[], byte[]> letter) {
    return new DeadLetterSample(
        letter.timestamp(),
        text(letter, DeadLetterHeaders.TOPIC)
            + "-"
            + text(letter, DeadLetterHeaders.PARTITION)
            + "@"
            + text(letter, DeadLetterHeaders.OFFSET),
        text(letter, DeadLetterHeaders.REASON),
        text(letter, DeadLetterHeaders.MESSAGE),
        letter.value() == null ? 0 : letter.value().length);
  }

  private static String text(ConsumerRecord<byte[], byte[]> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    return header == null || header.value() == null
        ? "?"
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
