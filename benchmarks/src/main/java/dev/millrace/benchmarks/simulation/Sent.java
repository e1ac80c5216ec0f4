package dev.millrace.benchmarks.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * One record as a topic holds it; equal if every byte is.
 *
 * @param key may be null
 * @param value null for a tombstone
 * @param headers names and values in order, as text
 */
record Sent(byte[] key, byte[] value, long timestamp, String headers) {
  private static final int BYTES_SHOWN = 48;

  static Sent of(byte[] key, byte[] value, long timestamp, Headers headers) {
    StringBuilder text = new StringBuilder();
    for (Header header : headers) {
      String said = new String(header.value(), StandardCharsets.ISO_8859_1);
      text.append(header.key()).append('=').append(said).append('\n');
    }
    return new Sent(key, value, timestamp, text.toString());
  }

  String keyText() {
    return key == null ? "no key" : new String(key, StandardCharsets.UTF_8);
  }

  /** The value of a header; empty if there is none. */
  String header(String name) {
    String begin = name + "=";
    return headers
        .lines()
        .filter(line -> line.startsWith(begin))
        .map(line -> line.substring(begin.length()))
        .findFirst()
        .orElse("");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sent that
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value)
        && timestamp == that.timestamp
        && headers.equals(that.headers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "[%s, time %d, %s, %s]"
        .formatted(keyText(), timestamp, bytes(), headers.strip().replace('\n', ' '));
  }

  private String bytes() {
    if (value == null) {
      return "tombstone";
    }
    HexFormat hex = HexFormat.of();
    return value.length <= BYTES_SHOWN
        ? hex.formatHex(value)
        : hex.formatHex(value, 0, BYTES_SHOWN) + "… of " + value.length + " bytes";
  }
}
