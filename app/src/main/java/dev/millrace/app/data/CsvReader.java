package dev.millrace.app.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads rows of a CSV file (RFC 4180: quotes, doubled quotes, line breaks in quotes, CRLF or LF) or
 * of a TSV file, where a quote is a character like others, or of an ARFF file; plain or gzipped.
 * Empty lines are no rows. Works on bytes; a cell is a range of {@link #bytes} until the next row.
 */
public final class CsvReader implements Closeable {
  private final Path file;
  private final CsvOptions options;
  private final RowBytes input;
  private final RowCells read = new RowCells();
  private RowCells row = read; // the current one, which may be held in memory
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private final byte delimiter;
  private final boolean quoting;
  private final boolean arff;
  private byte quote = '"';
  private final List<String> header;
  private List<Optional<List<String>>> nominal = List.of();
  private SortedRows sorted; // null unless rows are to be sorted

  private boolean headerRowIsData;
  private long rowLine;
  private long skipped;
  private String broken;

  private CsvReader(Path file, CsvOptions options) throws IOException {
    this.file = file;
    this.options = options;
    String name = file.getFileName().toString().replaceFirst("\\.gz$", "");
    boolean tabs = name.endsWith(".tsv") || name.endsWith(".tab");
    this.delimiter = (byte) (char) options.delimiter().orElse(tabs ? '\t' : ',');
    this.quoting = options.quotes().orElse(!tabs);
    this.arff = ArffHeader.isArff(name);
    this.input = RowBytes.open(file, options.labels());
    try {
      this.header = arff ? readArffHeader() : readHeader();
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /**
   * @throws CsvException if the file has no rows, or a header that cannot name its columns
   */
  public static CsvReader open(Path file, CsvOptions options) throws IOException {
    return new CsvReader(file, options);
  }

  private List<String> readHeader() throws IOException {
    if (!readRecord()) {
      throw new CsvException(file + " is empty; expected rows of comma-separated values");
    }
    String problem = problem(row.count());
    if (problem != null) {
      throw new CsvException(
          at(rowLine) + problem + "; expected rows of comma-separated text, plain or gzipped");
    }
    List<String> names = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < row.count(); i++) {
      String name = options.header() ? text(i).strip() : "c" + (i + 1);
      name = name.isEmpty() ? "column_" + (i + 1) : name;
      Integer other = seen.putIfAbsent(name, i + 1);
      if (other != null) {
        throw new CsvException(
            "%sthe header names columns %d and %d both '%s'; if the first row is no header, use --no-header"
                .formatted(at(rowLine), other, i + 1, name));
      }
      names.add(name);
    }
    headerRowIsData = !options.header();
    return List.copyOf(names);
  }

  private List<String> readArffHeader() throws IOException {
    ArffHeader head = ArffHeader.read(input, file);
    nominal = head.nominal();
    return head.names();
  }

  /** The values that a column may have, if the file states them. */
  public Optional<List<String>> nominal(int column) {
    return column < nominal.size() ? nominal.get(column) : Optional.empty();
  }

  /** The columns' names; {@code column_3} for a third column without one. */
  public List<String> header() {
    return header;
  }

  public Path file() {
    return file;
  }

  /**
   * Goes to the next row.
   *
   * @return false after the last
   * @throws CsvException if the row is no row, unless bad rows are skipped
   */
  public boolean next() throws IOException {
    if (options.sortBy().isEmpty()) {
      return nextOfFile();
    }
    if (sorted == null) {
      List<String> names = AvroNames.of(header);
      int column = ColumnTypes.index(file, header, names, options.sortBy().get());
      sorted = new SortedRows(file, column);
      while (nextOfFile()) {
        sorted.add(row, rowLine);
      }
      sorted.sort();
    }
    if (!sorted.next()) {
      return false;
    }
    row = sorted.row();
    rowLine = sorted.line();
    return true;
  }

  private boolean nextOfFile() throws IOException {
    while (true) {
      if (headerRowIsData) {
        headerRowIsData = false;
      } else if (!readRecord()) {
        return false;
      }
      if (arff && row.count() == header.size() + 1) {
        row.dropEmptyLast();
      }
      String problem = problem(header.size());
      if (problem == null) {
        return true;
      }
      reject(problem);
    }
  }

  /**
   * Counts the current row as one that cannot be used.
   *
   * @throws CsvException with the row's place, unless bad rows are skipped
   */
  public void reject(String problem) {
    if (!options.skipBadRows()) {
      throw new CsvException(
          at(rowLine) + problem + "; to leave such rows out, use --skip-bad-rows");
    }
    skipped++;
  }

  private String at(long line) {
    return file + ":" + line + ": ";
  }

  private String problem(int width) {
    if (broken != null) {
      return broken;
    }
    if (row.count() != width) {
      return "the row has %d cell%s, the first row has %d"
          .formatted(row.count(), row.count() == 1 ? "" : "s", width);
    }
    if (row.hasNonAscii()) {
      try {
        utf8.decode(ByteBuffer.wrap(row.bytes(), row.start(), row.length()));
      } catch (CharacterCodingException e) {
        return "the row is not UTF-8 text";
      }
    }
    return null;
  }

  /** The line of the file in which the current row begins, from 1. */
  public long line() {
    return rowLine;
  }

  /** Rows left out so far. */
  public long skipped() {
    return skipped;
  }

  /** The share of the file that has been read, 0 to 1. */
  public double progress() throws IOException {
    return sorted == null ? input.progress() : sorted.share();
  }

  /** The current row's bytes; cells lie at {@link #start}, {@link #length}. */
  public byte[] bytes() {
    return row.bytes();
  }

  public int start(int column) {
    return row.start(column);
  }

  public int length(int column) {
    return row.length(column);
  }

  /** A cell as text, without its quotes. */
  public String text(int column) {
    return new String(row.bytes(), row.start(column), row.length(column), StandardCharsets.UTF_8);
  }

  /** Reads cells up to the end of a line that is not empty. */
  private boolean readRecord() throws IOException {
    do {
      skipComments();
      row.clear();
      broken = null;
      rowLine = input.line();
      if (input.peek() < 0) {
        return false;
      }
      if (!arff && input.takeLine(row, delimiter, quoting ? quote : 0)) {
        continue;
      }
      int end;
      do {
        end = isQuote(input.peek()) ? quotedCell() : input.appendCell(row, delimiter);
        row.endCell(delimiter);
      } while (end == delimiter);
    } while (row.count() == 1 && row.length(0) == 0);
    return true;
  }

  private void skipComments() throws IOException {
    while (arff && input.peek() == '%') {
      row.clear();
      input.appendCell(row, (byte) '\n');
    }
  }

  /** Whether a cell that begins so is in quotes; ARFF knows two kinds. */
  private boolean isQuote(int first) {
    if (!quoting || first != '"' && !(arff && first == '\'')) {
      return false;
    }
    quote = (byte) first;
    return true;
  }

  /** Reads a cell in quotes and what ends it. */
  private int quotedCell() throws IOException {
    input.skip();
    while (true) {
      if (!input.appendUntil(row, quote)) {
        throw new CsvException(
            at(rowLine)
                + "a quote that opens in this row is never closed; double the quotes that belong to"
                + " a text, or use --no-quotes if the file has no quoting");
      }
      int next = input.peek();
      if (next == quote) {
        input.skip();
        row.append(quote);
      } else if (next == '\r' || next == '\n' || next == delimiter || next < 0) {
        return input.passEnd(delimiter);
      } else {
        broken = "there is text after a closing quote";
        return input.appendCell(row, delimiter);
      }
    }
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
