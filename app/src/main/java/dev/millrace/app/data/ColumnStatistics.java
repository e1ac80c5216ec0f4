package dev.millrace.app.data;

import dev.millrace.app.data.Column.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gathers, cell by cell, what {@link Column} says. */
final class ColumnStatistics {
  private final DistinctValues distinct =
      new DistinctValues(ColumnTypes.DISTINCT_MAX, ColumnTypes.VALUES_MAX);
  private final CellShapes shapes = new CellShapes();
  private final Set<String> missingWords = new LinkedHashSet<>();
  private long rows;
  private long empty;
  private long worded;
  private long booleans;
  private long longs;
  private long doubles;
  private boolean rising = true;
  private boolean dates = true;
  private boolean whole = true;
  private long last = Long.MIN_VALUE;

  /**
   * @return the cell as a number, NaN if it is none
   */
  double add(byte[] bytes, int start, int length) {
    double number = gather(bytes, start, length);
    shapes.row(number);
    if (!Double.isNaN(number)) {
      shapes.number(number);
    }
    return number;
  }

  private double gather(byte[] bytes, int start, int length) {
    rows++;
    if (length == 0) {
      empty++;
      return Double.NaN;
    }
    if (Numbers.isLong(bytes, start, length)) {
      longs++;
      long value = Numbers.parseLong(bytes, start, length);
      rising &= value > last || longs == 1;
      last = value;
      dates = false;
      distinct.add(bytes, start, length);
      return value;
    }
    double value = Numbers.parseDouble(bytes, start, length);
    if (!Double.isNaN(value)) {
      doubles++;
      whole &= value == Math.rint(value) && Math.abs(value) < 1L << 53;
      dates = false;
    } else if (Numbers.isMissing(bytes, start, length)) {
      worded++;
      missingWords.add(new String(bytes, start, length, StandardCharsets.UTF_8));
      return Double.NaN;
    } else {
      booleans += isBoolean(bytes, start, length) ? 1 : 0;
      dates = dates && Dates.isDate(bytes, start, length);
      shapes.text(bytes, start, length);
    }
    distinct.add(bytes, start, length);
    return value;
  }

  static boolean isBoolean(byte[] bytes, int start, int length) {
    return isWord(bytes, start, length, "true") || isWord(bytes, start, length, "false");
  }

  /** Whether the cell is this word, in upper or lower case. */
  static boolean isWord(byte[] bytes, int start, int length, String word) {
    if (length != word.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if ((bytes[start + i] | 0x20) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param nominal the values that the file itself states; empty if it states none
   */
  Column column(int index, String name, String avroName, Optional<List<String>> nominal) {
    long cells = rows - empty - worded;
    Kind kind = Kind.STRING;
    if (nominal.isEmpty() && cells > 0 && longs + doubles == cells) {
      kind = doubles == 0 ? Kind.LONG : Kind.DOUBLE;
    } else if (nominal.isEmpty() && cells > 0 && booleans == cells) {
      kind = Kind.BOOLEAN;
    }
    boolean text = kind == Kind.STRING;
    boolean number = kind == Kind.LONG || kind == Kind.DOUBLE;
    long missing = text ? empty : empty + worded;
    int words = text ? missingWords.size() : 0;
    return new Column(
        index,
        name,
        avroName,
        kind,
        rows,
        missing,
        distinct.count() + words,
        nominal.isPresent() ? nominal.get() : values(kind),
        !distinct.repeated() && cells > 0 && worded == words && empty == 0,
        kind == Kind.LONG && rising && missing == 0 && rows > 1,
        text && dates && cells > 0,
        number && whole,
        shapes.shape(nominal.isPresent()));
  }

  private List<String> values(Kind kind) {
    List<String> values = new ArrayList<>(distinct.values());
    if (kind == Kind.BOOLEAN) {
      return List.of("false", "true");
    }
    if (kind != Kind.STRING) {
      values.sort(Comparator.comparingDouble(Double::parseDouble));
      return values;
    }
    if (values.size() == distinct.count()) {
      values.addAll(missingWords);
    }
    values.sort(Comparator.naturalOrder());
    return values;
  }
}
