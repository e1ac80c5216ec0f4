package dev.millrace.topology;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A record that went out, as a line of a golden file: time, key, headers and value, parted by tabs.
 * Printable ASCII stands for itself, other bytes are {@code \\x0a}, and {@code \\0{7950}} is so
 * many zeros: bytes that a difference shows in words where they are words.
 *
 * @param key null is written {@code -}
 * @param headers {@code name=value} each, in their order
 * @param value null for a tombstone, which is written {@code -}
 */
record GoldenRecord(long timestamp, String key, List<String> headers, byte[] value) {
  private static final String NONE = "-";
  private static final String TAB = "\t";
  private static final Pattern PIECE =
      Pattern.compile("\\\\x([0-9a-f]{2})|\\\\0\\{([0-9]+)}|([ -\\[\\]-~]+)");

  static GoldenRecord of(byte[] key, byte[] value, long timestamp, Headers headers) {
    List<String> texts = new ArrayList<>();
    for (Header header : headers) {
      texts.add(header.key() + "=" + text(header.value()));
    }
    return new GoldenRecord(timestamp, key == null ? NONE : text(key), texts, value);
  }

  static GoldenRecord of(String line) {
    List<String> parts = List.of(line.split(TAB));
    String value = parts.getLast();
    return new GoldenRecord(
        Long.parseLong(parts.get(0)),
        parts.get(1),
        parts.subList(2, parts.size() - 1),
        value.equals(NONE) ? null : bytes(value));
  }

  @Override
  public String toString() {
    StringJoiner line = new StringJoiner(TAB);
    line.add(Long.toString(timestamp)).add(key);
    headers.forEach(line::add);
    return line.add(value == null ? NONE : text(value)).toString();
  }

  private static String text(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        int from = i;
        while (i + 1 < bytes.length && bytes[i + 1] == 0) {
          i++;
        }
        text.append("\\0{").append(i + 1 - from).append('}');
      } else if (bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '\\') {
        text.append((char) bytes[i]);
      } else {
        text.append("\\x").append(HexFormat.of().toHexDigits(bytes[i]));
      }
    }
    return text.toString();
  }

  private static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher piece = PIECE.matcher(text);
    int at = 0;
    while (piece.find() && piece.start() == at) {
      if (piece.group(1) != null) {
        bytes.write(HexFormat.fromHexDigits(piece.group(1)));
      } else if (piece.group(2) != null) {
        bytes.writeBytes(new byte[Integer.parseInt(piece.group(2))]);
      } else {
        bytes.writeBytes(piece.group(3).getBytes(StandardCharsets.US_ASCII));
      }
      at = piece.end();
    }
    if (at < text.length()) {
      throw new IllegalArgumentException("golden record is cut or changed, column=" + at);
    }
    return bytes.toByteArray();
  }
}
