package dev.millrace.app.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Texts as YAML, quoted where they must be. */
final class Yaml {
  private Yaml() {}

  static String list(List<String> texts) {
    return texts.stream().map(Yaml::scalar).collect(Collectors.joining(", ", "[", "]"));
  }

  static String scalar(String text) {
    boolean plain =
        text.matches("[A-Za-z0-9_]([A-Za-z0-9_./+-]*[A-Za-z0-9_./+])?|-?[0-9.]+")
            && !text.matches("(?i)null|true|false|yes|no|on|off|y|n");
    if (plain) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (c < 0x20
                  || c >= 0x7F && c < 0xA0
                  || c == 0x2028
                  || c == 0x2029
                  || c == 0xFEFF) {
                quoted.append("\\u%04x".formatted(c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    return quoted.append('"').toString();
  }
}
