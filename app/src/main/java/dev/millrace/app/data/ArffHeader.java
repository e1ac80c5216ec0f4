package dev.millrace.app.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of an ARFF file (Weka's format): its attributes, up to {@code @data}. What follows are
 * rows of a CSV file in which {@code %} begins a comment and {@code '} may quote.
 *
 * @param names of the attributes
 * @param nominal by attribute, its values in the order in which they are stated; empty for numbers,
 *     texts and dates
 */
record ArffHeader(List<String> names, List<Optional<List<String>>> nominal) {
  private static final Pattern ATTRIBUTE =
      Pattern.compile("(?i)@attribute\\s+('[^']*'|\"[^\"]*\"|\\S+)\\s+(\\{.*}|.+)");

  static boolean isArff(String fileName) {
    return fileName.endsWith(".arff");
  }

  /** Reads up to the line of {@code @data} and past it. */
  static ArffHeader read(RowBytes input, Path file) throws IOException {
    List<String> names = new ArrayList<>();
    List<Optional<List<String>>> nominal = new ArrayList<>();
    RowCells cells = new RowCells();
    while (true) {
      if (input.peek() < 0) {
        throw new CsvException(file + " has no line @data; expected an ARFF file");
      }
      long number = input.line();
      cells.clear();
      input.appendCell(cells, (byte) '\n');
      cells.endCell((byte) '\n');
      String line =
          new String(cells.bytes(), cells.start(0), cells.length(0), StandardCharsets.UTF_8)
              .strip();
      if (line.equalsIgnoreCase("@data")) {
        return new ArffHeader(List.copyOf(names), List.copyOf(nominal));
      } else if (line.regionMatches(true, 0, "@attribute", 0, 10)) {
        Matcher attribute = ATTRIBUTE.matcher(line);
        if (!attribute.matches()) {
          throw new CsvException(
              "%s:%d: '%s' is no attribute; expected @attribute NAME TYPE"
                  .formatted(file, number, line));
        }
        names.add(unquoted(attribute.group(1)));
        nominal.add(values(attribute.group(2).strip()));
      } else if (!line.isEmpty()
          && line.charAt(0) != '%'
          && !line.regionMatches(true, 0, "@relation", 0, 9)) {
        throw new CsvException(
            "%s:%d: '%s' stands before @data; expected @attribute, @relation or a comment"
                .formatted(file, number, line));
      }
    }
  }

  private static Optional<List<String>> values(String type) {
    if (!type.startsWith("{")) {
      return Optional.empty();
    }
    List<String> values = new ArrayList<>();
    for (String value : type.substring(1, type.length() - 1).split(",")) {
      values.add(unquoted(value.strip()));
    }
    return Optional.of(List.copyOf(values));
  }

  private static String unquoted(String text) {
    boolean quoted =
        text.length() > 1
            && (text.charAt(0) == '\'' || text.charAt(0) == '"')
            && text.charAt(text.length() - 1) == text.charAt(0);
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
