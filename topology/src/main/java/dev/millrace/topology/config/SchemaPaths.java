package dev.millrace.topology.config;

import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** Finds fields of records within records by their dotted paths. */
final class SchemaPaths {
  private SchemaPaths() {}

  /**
   * The schema of the field.
   *
   * @throws BadEventException if there is none
   */
  static Schema find(Schema event, String path) {
    Schema at = event;
    String way = "";
    for (String name : path.split("\\.")) {
      List<Schema.Field> candidates = fields(at);
      Schema within = at;
      String parent = way;
      at =
          candidates.stream()
              .filter(field -> field.name().equals(name))
              .findFirst()
              .map(Schema.Field::schema)
              .orElseThrow(() -> missing(event, path, within, parent));
      way = way.isEmpty() ? name : way + "." + name;
    }
    return at;
  }

  /** The fields of all records that a value may be. */
  private static List<Schema.Field> fields(Schema schema) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema branch : AvroTypes.branches(schema)) {
      if (branch.getType() == Schema.Type.RECORD) {
        fields.addAll(branch.getFields());
      }
    }
    return fields;
  }

  private static BadEventException missing(
      Schema event, String path, Schema within, String parent) {
    List<String> names = fields(within).stream().map(Schema.Field::name).toList();
    Optional<String> record = parent.isEmpty() ? Optional.empty() : Optional.of(parent);
    return new BadEventException(
        Reason.SCHEMA_MISMATCH,
        record.isPresent() && names.isEmpty()
            ? "feature '%s' is no field of schema %s; '%s' is no record"
                .formatted(path, event.getFullName(), parent)
            : "feature '%s' is no field of schema %s%s; fields%s: %s"
                .formatted(
                    path,
                    event.getFullName(),
                    Words.didYouMean(path.substring(path.lastIndexOf('.') + 1), names),
                    record.map(r -> " of '" + r + "'").orElse(""),
                    names));
  }
}
