package dev.millrace.app.data;

import dev.millrace.topology.config.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns of a file as all of its rows show them.
 *
 * @param columns in the order of the file
 * @param rows rows read
 * @param skipped rows left out as broken
 * @param sums sets of columns that add up to the label in every row, so that they tell it
 */
public record ColumnTypes(
    Path file, List<Column> columns, long rows, long skipped, List<List<Column>> sums) {
  /** Different values are counted up to here. */
  public static final int DISTINCT_MAX = 1 << 16;

  /** Up to so many different values are kept. */
  public static final int VALUES_MAX = 1_000;

  public static ColumnTypes of(Path file, CsvOptions options) throws IOException {
    return of(file, options, Optional.empty());
  }

  /**
   * @param label the column to predict, by either name, if sums that give it away are to be found
   * @throws CsvException if there is no such column
   */
  public static ColumnTypes of(Path file, CsvOptions options, Optional<String> label)
      throws IOException {
    try (CsvReader reader = CsvReader.open(file, options)) {
      List<String> names = reader.header();
      List<String> avroNames = AvroNames.of(names);
      int width = names.size();
      int labelIndex = label.isPresent() ? index(file, names, avroNames, label.get()) : -1;
      LabelSums sums = new LabelSums(width, labelIndex);
      ColumnStatistics[] statistics = new ColumnStatistics[width];
      for (int i = 0; i < width; i++) {
        statistics[i] = new ColumnStatistics();
      }
      double[] numbers = new double[width];
      long rows = 0;
      while (reader.next()) {
        rows++;
        for (int i = 0; i < width; i++) {
          numbers[i] = statistics[i].add(reader.bytes(), reader.start(i), reader.length(i));
        }
        sums.add(numbers);
      }
      if (rows == 0) {
        throw CsvException.noRows(file, reader.skipped());
      }
      List<Column> columns = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        columns.add(statistics[i].column(i, names.get(i), avroNames.get(i), reader.nominal(i)));
      }
      return new ColumnTypes(
          file, List.copyOf(columns), rows, reader.skipped(), sums.found(columns));
    }
  }

  /** The column with this name, the file's or Avro's. */
  public Column column(String name) {
    List<String> names = columns.stream().map(Column::name).toList();
    List<String> avroNames = columns.stream().map(Column::avroName).toList();
    return columns.get(index(file, names, avroNames, name));
  }

  static int index(Path file, List<String> names, List<String> avroNames, String name) {
    int index = names.indexOf(name) >= 0 ? names.indexOf(name) : avroNames.indexOf(name);
    if (index < 0) {
      throw new CsvException(
          "%s has no column '%s'%s; its columns are %s"
              .formatted(file, name, Words.didYouMean(name, names), listed(names)));
    }
    return index;
  }

  private static String listed(List<String> names) {
    return names.size() <= 60
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 60)) + " and " + (names.size() - 60) + " more";
  }
}
