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

  private static final VarHandle LITTLE_ENDIAN_FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** Room for a branch and the longest number: a varint of ten bytes. */
  private static final int NUMBER_BYTES_MAX = 11;

  /**
   * One field of the records.
   *
   * @param column the column's place in the file
   * @param nullable whether a row may have no value
   * @param items 0 for one value; for a vector its length: so many columns from {@code column} on
   */
  public record Field(
      int column, String name, String columnName, Kind kind, boolean nullable, int items) {
    /** A field of one value. */
    public Field(int column, String name, String columnName, Kind kind, boolean nullable) {
      this(column, name, columnName, kind, nullable, 0);
    }

    /** A field of so many floats from as many columns. */
    static Field vector(int column, String name, int items) {
      return new Field(column, name, name + "_0", Kind.DOUBLE, false, items);
    }
  }

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
    String doc = "column '" + field.columnName() + "'";
    if (field.items() > 0) {
      Schema vector = Schema.createArray(Schema.create(Schema.Type.FLOAT));
      return new Schema.Field(field.name(), vector, doc + " and on, " + field.items() + " in all");
    }
    Schema type = Schema.create(Schema.Type.valueOf(field.kind().name()));
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
      String problem = field.items() > 0 ? encodeVector(field, row) : encodeCell(field, row);
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private String encodeCell(Field field, CsvReader row) {
    int column = field.column();
    return encode(field, row.bytes(), row.start(column), row.length(column))
        ? null
        : problem(field.columnName(), row.text(column), expected(field));
  }

  /** One block of all items, as Avro writes an array. */
  private String encodeVector(Field field, CsvReader row) {
    reserve(2 * NUMBER_BYTES_MAX + field.items() * Float.BYTES);
    putLong(field.items());
    for (int i = 0; i < field.items(); i++) {
      int column = field.column() + i;
      double value = Numbers.parseDouble(row.bytes(), row.start(column), row.length(column));
      if (Double.isNaN(value)) {
        return problem(field.name() + "_" + i, row.text(column), "a number");
      }
      LITTLE_ENDIAN_FLOAT.set(buffer, length, (float) value);
      length += Float.BYTES;
    }
    buffer[length++] = 0;
    return null;
  }

  private static String problem(String column, String cell, String expected) {
    String shown = cell.length() <= 40 ? cell : cell.substring(0, 40) + "…";
    return "column '%s' has '%s', expected %s".formatted(column, shown, expected);
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
