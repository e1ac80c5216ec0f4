package dev.millrace.app.data;

import dev.millrace.topology.config.Pipeline;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A CSV file as the events of a pipeline: what {@code produce} sends, {@code eval} learns from and
 * the demo plays, byte for byte the same.
 */
public final class CsvSource implements Closeable {
  private final CsvReader reader;
  private final AvroRows rows;
  private final int keyColumn;
  private long count;

  private CsvSource(CsvReader reader, AvroRows rows, int keyColumn) {
    this.reader = reader;
    this.rows = rows;
    this.keyColumn = keyColumn;
  }

  /**
   * The fields that the pipeline names, typed by the pipeline. Only where it leaves types open, as
   * {@code features: all} does, is the file read once before.
   *
   * @throws CsvException if the file lacks a field of the pipeline
   */
  public static CsvSource open(Path file, Pipeline pipeline, CsvOptions options)
      throws IOException {
    List<AvroRows.Field> fields = PipelineFields.of(file, pipeline, options);
    Optional<String> key = pipeline.input().key();
    int keyColumn =
        fields.stream()
            .filter(field -> key.equals(Optional.of(field.name())))
            .mapToInt(AvroRows.Field::column)
            .findFirst()
            .orElse(-1);
    return open(file, pipeline.input().topic(), fields, keyColumn, options);
  }

  /** All columns, with the types that the file's rows show. */
  public static CsvSource open(Path file, String topic, CsvOptions options) throws IOException {
    return open(file, topic, PipelineFields.of(ColumnTypes.of(file, options)), -1, options);
  }

  private static CsvSource open(
      Path file, String topic, List<AvroRows.Field> fields, int keyColumn, CsvOptions options)
      throws IOException {
    return new CsvSource(CsvReader.open(file, options), new AvroRows(topic, fields), keyColumn);
  }

  /** The schema that a CSV file has as the input of a pipeline. */
  public static Schema schema(Path file, Pipeline pipeline, CsvOptions options) throws IOException {
    return new AvroRows(pipeline.input().topic(), PipelineFields.of(file, pipeline, options))
        .schema();
  }

  public Schema schema() {
    return rows.schema();
  }

  /**
   * Goes to the next row that can be encoded.
   *
   * @return false after the last
   * @throws CsvException at a row that cannot be used, unless bad rows are skipped; at the end, if
   *     there was no row at all
   */
  public boolean next() throws IOException {
    while (reader.next()) {
      String problem = rows.encode(reader);
      if (problem == null) {
        count++;
        return true;
      }
      reader.reject(problem);
    }
    if (count == 0) {
      throw CsvException.noRows(reader.file(), reader.skipped());
    }
    return false;
  }

  /** The current row's Avro encoding in a reused array, from 0 to {@link #length}. */
  public byte[] buffer() {
    return rows.buffer();
  }

  public int length() {
    return rows.length();
  }

  /** The current row's Avro encoding, copied. */
  public byte[] payload() {
    return Arrays.copyOf(rows.buffer(), rows.length());
  }

  /** The current row's key as UTF-8; null if the pipeline has none, or the row. */
  public byte[] key() {
    if (keyColumn < 0 || reader.length(keyColumn) == 0) {
      return null;
    }
    int start = reader.start(keyColumn);
    return Arrays.copyOfRange(reader.bytes(), start, start + reader.length(keyColumn));
  }

  /** The line in which the current row begins, from 1. */
  public long line() {
    return reader.line();
  }

  /** Rows encoded so far. */
  public long rows() {
    return count;
  }

  /** Bad rows left out so far. */
  public long skipped() {
    return reader.skipped();
  }

  /** The share of the file that has been read, 0 to 1. */
  public double progress() throws IOException {
    return reader.progress();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
