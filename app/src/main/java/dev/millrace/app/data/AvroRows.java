package dev.millrace.app.data;

import dev.millrace.app.data.Column.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;

/**
 * Rows of a file as Avro records: the schema, and an encoder that goes from a row's bytes to Avro's
 * binary encoding without objects between them. A field's {@code doc} names its column.
 */
public final class AvroRows {
  private static final VarHandle LITTLE_ENDIAN_DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  /** Room for a branch and the longest number: a varint of ten bytes. */
  private static final int NUMBER_BYTES_MAX = 11;

  /**
   * One field of the records.
   *
   * @param column the column's place in the file
   * @param nullable whether a row may have no value
   */
  public record Field(int column, String name, String columnName, Kind kind, boolean nullable) {}

  private final Field[] fields;
  private final Schema schema;
  private byte[] buffer = new byte[1 << 10];
  private int length;

  /**
   * @param recordName the record's name, any text
   */
  public AvroRows(String recordName, List<Field> fields) {
    this.fields = fields.toArray(Field[]::new);
    this.schema = schema(recordName, fields);
  }

  private static Schema schema(String recordName, List<Field> fields) {
    String name = AvroNames.of(List.of(recordName)).getFirst();
    List<Schema.Field> avro = fields.stream().map(AvroRows::field).toList();
    return Schema.createRecord(name, "A row of a file.", "millrace.rows", false, avro);
  }

  private static Schema.Field field(Field field) {
    Schema type = Schema.create(Schema.Type.valueOf(field.kind().name()));
    String doc = "column '" + field.columnName() + "'";
    return field.nullable()
        ? new Schema.Field(
            field.name(),
            Schema.createUnion(Schema.create(Schema.Type.NULL), type),
            doc,
            JsonProperties.NULL_VALUE)
        : new Schema.Field(field.name(), type, doc);
  }

  public Schema schema() {
    return schema;
  }

  /**
   * Encodes the reader's current row; the encoding is in {@link #buffer} until the next one.
   *
   * @return null if that went well, otherwise what is wrong with the row
   */
  String encode(CsvReader row) {
    length = 0;
    for (Field field : fields) {
      if (!encode(field, row.bytes(), row.start(field.column()), row.length(field.column()))) {
        String cell = row.text(field.column());
        return "column '%s' has '%s', expected %s"
            .formatted(
                field.columnName(),
                cell.length() <= 40 ? cell : cell.substring(0, 40) + "…",
                expected(field));
      }
    }
    return null;
  }

  private static String expected(Field field) {
    String kind =
        switch (field.kind()) {
          case LONG -> "a whole number";
          case DOUBLE -> "a number";
          case BOOLEAN -> "true or false";
          case STRING -> "a text";
        };
    return field.nullable() ? kind + " or nothing" : kind;
  }

  private boolean encode(Field field, byte[] bytes, int start, int size) {
    reserve(NUMBER_BYTES_MAX + size);
    boolean missing =
        size == 0
            || field.kind() != Kind.STRING && size <= 4 && Numbers.isMissing(bytes, start, size);
    if (missing && (field.nullable() || field.kind() != Kind.STRING)) {
      buffer[length++] = 0;
      return field.nullable();
    }
    if (field.nullable()) {
      buffer[length++] = 2;
    }
    return switch (field.kind()) {
      case LONG -> encodeLong(bytes, start, size);
      case DOUBLE -> encodeDouble(bytes, start, size);
      case BOOLEAN -> encodeBoolean(bytes, start, size);
      case STRING -> {
        putLong(size);
        System.arraycopy(bytes, start, buffer, length, size);
        length += size;
        yield true;
      }
    };
  }

  private boolean encodeLong(byte[] bytes, int start, int size) {
    if (Numbers.isLong(bytes, start, size)) {
      putLong(Numbers.parseLong(bytes, start, size));
      return true;
    }
    double value = Numbers.parseDouble(bytes, start, size);
    if (value != Math.rint(value) || Math.abs(value) >= 1L << 53) {
      return false;
    }
    putLong((long) value);
    return true;
  }

  private boolean encodeDouble(byte[] bytes, int start, int size) {
    double value = Numbers.parseDouble(bytes, start, size);
    if (Double.isNaN(value)) {
      if (!ColumnStatistics.isBoolean(bytes, start, size)) {
        return false;
      }
      value = size == 4 ? 1 : 0;
    }
    LITTLE_ENDIAN_DOUBLE.set(buffer, length, value);
    length += Double.BYTES;
    return true;
  }

  private boolean encodeBoolean(byte[] bytes, int start, int size) {
    buffer[length++] = (byte) (size == 4 ? 1 : 0);
    return ColumnStatistics.isBoolean(bytes, start, size);
  }

  private void putLong(long value) {
    long zigzag = value << 1 ^ value >> 63;
    while ((zigzag & ~0x7FL) != 0) {
      buffer[length++] = (byte) (zigzag & 0x7F | 0x80);
      zigzag >>>= 7;
    }
    buffer[length++] = (byte) zigzag;
  }

  private void reserve(int size) {
    if (buffer.length - length < size) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + size));
    }
  }

  /** The encoding, from 0 to {@link #length}. */
  public byte[] buffer() {
    return buffer;
  }

  public int length() {
    return length;
  }
}
