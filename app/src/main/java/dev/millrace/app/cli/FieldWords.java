package dev.millrace.app.cli;

import dev.millrace.topology.decode.AvroTypes;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** What a schema says of a field, in a few words. */
final class FieldWords {
  private static final int DOC_MAX = 60;

  private FieldWords() {}

  /** The type, whether it may be null, and the field's doc if that is short. */
  static String describe(Schema.Field field) {
    Schema type = AvroTypes.withoutNull(field.schema());
    String doc = field.doc() == null ? "" : field.doc().strip().replaceAll("\\s+", " ");
    boolean news = !doc.isEmpty() && !doc.equals("column '" + field.name() + "'"); // of our produce
    return type(type)
        + (isNullable(field) ? ", nullable" : "")
        + (news && doc.length() <= DOC_MAX ? ", \"" + doc + '"' : "");
  }

  /** Whether the type is of one kind or null. */
  static boolean isNullable(Schema.Field field) {
    return field.schema().isNullable() && AvroTypes.withoutNull(field.schema()) != field.schema();
  }

  /** The type, and what it means where that is not the same. */
  static String type(Schema type) {
    String name =
        switch (type.getType()) {
          case ENUM -> "enum of " + symbols(type.getEnumSymbols().size());
          case ARRAY -> "array of " + type(type.getElementType());
          case UNION ->
              type.getTypes().stream()
                  .map(FieldWords::type)
                  .collect(Collectors.joining(", ", "union of ", ""));
          default -> type.getType().getName();
        };
    return type.getLogicalType() == null
        ? name
        : name + " (" + type.getLogicalType().getName() + ")";
  }

  private static String symbols(int count) {
    return count == 1 ? "1 symbol" : count + " symbols";
  }
}
