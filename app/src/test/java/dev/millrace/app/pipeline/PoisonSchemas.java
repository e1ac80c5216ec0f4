package dev.millrace.app.pipeline;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** The writers' schemas of the poison corpus, by name, each with the id that its events carry. */
final class PoisonSchemas {
  static final String GOOD = "good";
  static final String EVOLVED = "evolved";
  static final String TEXT_FOR_NUMBER = "text_for_number";
  static final String NUMBER_FOR_LABEL = "number_for_label";
  static final String NO_LABEL = "no_label";
  static final String CONTAINS_ITSELF = "contains_itself";
  static final String NESTED = "nested";
  static final String BILLION_NOTHINGS = "billion_nothings";
  static final String BILLION_BYTES = "billion_bytes";
  static final String NO_RECORD = "no_record";

  private static final String COMMON =
      """
      {"name": "color", "type": "string"},
      {"name": "v", "type": {"type": "array", "items": "float"}},\
      """;
  private static final String LABEL = "{\"name\": \"y\", \"type\": [\"null\", \"string\"]}";

  /** Every schema, in an order that does not change. */
  static final Map<String, Schema> ALL = all();

  private PoisonSchemas() {}

  private static Map<String, Schema> all() {
    Map<String, Schema> schemas = new LinkedHashMap<>();
    schemas.put(
        GOOD,
        record(
            "{\"name\": \"x\", \"type\": [\"null\", \"double\"]},",
            COMMON,
            """
            {"name": "size", "type": {"type": "enum", "name": "Size", "symbols": ["S", "M"]}},
            {"name": "on", "type": "boolean"},
            {"name": "tags", "type": {"type": "map", "values": "string"}},
            {"name": "nothings", "type": {"type": "array", "items": "null"}},
            {"name": "raw", "type": "bytes"},
            """,
            LABEL));
    schemas.put(
        EVOLVED,
        record(
            LABEL + ",",
            "{\"name\": \"added\", \"type\": \"int\", \"default\": 3},",
            COMMON,
            "{\"name\": \"x\", \"type\": \"float\"}"));
    schemas.put(TEXT_FOR_NUMBER, record("{\"name\": \"x\", \"type\": \"string\"},", COMMON, LABEL));
    schemas.put(
        NUMBER_FOR_LABEL,
        record(
            "{\"name\": \"x\", \"type\": \"double\"},",
            COMMON,
            "{\"name\": \"y\", \"type\": \"long\"}"));
    schemas.put(NO_LABEL, record(COMMON, "{\"name\": \"x\", \"type\": \"double\"}"));
    schemas.put(
        CONTAINS_ITSELF,
        record(
            "{\"name\": \"x\", \"type\": \"double\"},",
            COMMON,
            "{\"name\": \"next\", \"type\": [\"null\", \"Sample\"]},",
            LABEL));
    schemas.put(NESTED, record("{\"name\": \"deep\", \"type\": " + nested(200) + "},", LABEL));
    schemas.put(BILLION_NOTHINGS, record("{\"name\": \"a\", \"type\": " + twice(30, "null") + "}"));
    schemas.put(BILLION_BYTES, record("{\"name\": \"a\", \"type\": " + twice(30, "boolean") + "}"));
    schemas.put(NO_RECORD, Schema.create(Schema.Type.STRING));
    return schemas;
  }

  private static Schema record(String... fields) {
    return new Schema.Parser()
        .parse(
            "{\"type\": \"record\", \"name\": \"Sample\", \"fields\": ["
                + String.join("", List.of(fields))
                + "]}");
  }

  private static String nested(int depth) {
    return "{\"type\": \"array\", \"items\": ".repeat(depth) + "\"int\"" + "}".repeat(depth);
  }

  /** Records that each hold the one before twice: 2 to the power of {@code depth} leaves. */
  private static String twice(int depth, String leaf) {
    String type =
        "{\"type\": \"record\", \"name\": \"R0\", \"fields\": [{\"name\": \"l\", \"type\": \"%s\"}]}"
            .formatted(leaf);
    for (int i = 1; i <= depth; i++) {
      type =
          "{\"type\": \"record\", \"name\": \"R%d\", \"fields\": [{\"name\": \"l\", \"type\": %s}, {\"name\": \"r\", \"type\": \"R%d\"}]}"
              .formatted(i, type, i - 1);
    }
    return type;
  }
}
