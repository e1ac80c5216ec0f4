package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.app.data.Task;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.decode.EventDecoder;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaDraftTest {
  private static final String RICH =
      """
      {"type": "record", "name": "Ride", "fields": [
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "started", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}]},
        {"name": "at", "type": {"type": "int", "logicalType": "time-millis"}},
        {"name": "city", "type": "string", "doc": "Where it\\n  begins\\u2028# here"},
        {"name": "age", "type": ["null", "int"], "doc": "In years"},
        {"name": "member", "type": "boolean"},
        {"name": "distance", "type": "double"},
        {"name": "weather", "type": {"type": "enum", "name": "W", "symbols": ["DRY", "NO", "WET"]}},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9}},
        {"name": "photo", "type": "bytes"},
        {"name": "embedding", "type": {"type": "array", "items": "float"}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "driver", "type": {"type": "record", "name": "D", "fields": []}},
        {"name": "extras", "type": {"type": "map", "values": "long"}},
        {"name": "either", "type": ["null", "int", "string"]},
        {"name": "nothing", "type": "null"},
        {"name": "größe", "type": "int"},
        {"name": "tip", "type": ["null", "float"], "doc": "%s"}
      ]}
      """
          .formatted("long ".repeat(20));

  private static final String ENUM =
      "{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\", \"no\"]}";

  private static Schema schema(String json) {
    return new Schema.Parser().parse(json);
  }

  private static Schema record(String fields) {
    return schema("{\"type\": \"record\", \"name\": \"R\", \"fields\": [" + fields + "]}");
  }

  private static String draft(Schema schema, String label, Task task, String... classes) {
    Registered subject = new Registered("Rides-value", 7, 3, schema);
    PipelineText text =
        PipelineText.of("Rides", null, "kafka.example:9092", "https://registry.example");
    return new SchemaDraft(subject, label, Optional.ofNullable(task), List.of(classes), text)
        .yaml();
  }

  private static ModelSpec resolved(String yaml, Schema schema) {
    Pipeline pipeline = PipelineParser.parse(yaml, "p.yaml");
    ModelSpec spec = SpecResolver.resolve(pipeline, schema);
    EventDecoder.compile(schema, spec);
    return spec;
  }

  private static void assertRefused(String message, Schema schema, Task task, String... classes) {
    assertThatThrownBy(() -> draft(schema, "y", task, classes))
        .isInstanceOf(UserException.class)
        .satisfies(e -> assertThat(Errors.message(e)).isEqualTo(message));
  }

  /** A label of the type beside one feature. */
  private static Schema labelled(String type) {
    return record(
        "{\"name\": \"y\", \"type\": " + type + "}, {\"name\": \"x\", \"type\": \"int\"}");
  }

  @Test
  void shouldSayOfEachFieldWhatItIsAndWhetherItIsTaken() {
    String yaml = draft(schema(RICH), "tip", null);
    assertThat(yaml)
        .isEqualTo(
            """
            # A pipeline for subject Rides-value, version 3: 19 fields. What is not said here has a default that works.
            # A schema does not tell what a field is worth. Take out ids, and what is known only
            # when the label is. Whole numbers that are codes learn better as `type: hashed`, texts of a
            # few known values as `type: one_hot, categories: [A, B]`, those of several words as `type: text`.
            name: rides
            input:
              topic: Rides
              features:
                # - {name: id, type: hashed, buckets: 1024}  # left out: string (uuid); different in every event
                - {name: started, type: time}  # long (timestamp-millis): hour, weekday, yearday, elapsed
                - {name: day, type: time}  # int (date), nullable: weekday, yearday, elapsed
                - {name: at, type: time}  # int (time-millis): hour
                - {name: city, type: hashed, buckets: 256}  # string, "Where it begins # here": hashed
                - {name: age, type: numeric}  # int, nullable, "In years"
                - {name: member, type: numeric}  # boolean: as 1 and 0
                - {name: distance, type: numeric}  # double
                - {name: weather, type: one_hot, categories: [DRY, "NO", WET]}  # enum of 3 symbols: one_hot
                - {name: price, type: numeric}  # bytes (decimal)
                - {name: photo, type: hashed, buckets: 256}  # bytes: hashed
                # - {name: embedding, type: vector, size: N}  # left out: array of float; give its length for N to take it
                - {name: tags, type: bag, buckets: 1024}  # array of string: an entry for each
                # - driver  # left out: record; it has no fields
                - {name: extras, type: bag, buckets: 1024}  # map: an entry a key, weighing its number
                - {name: either, type: hashed, buckets: 256}  # union of null, int, string: hashed
                # - nothing  # left out: null; no event has a value
                # - größe  # left out: int; a pipeline cannot name it: A-Z, a-z, 0-9 and _
            label:
              field: tip
              # float, nullable: regression; for the other: --classes with its values; an event without it is only predicted
            model: auto
            batch: auto
            kafka: {bootstrap.servers: "kafka.example:9092"}
            registry: {schema.registry.url: "https://registry.example"}
            """);
    Pipeline pipeline = PipelineParser.parse(yaml, "p.yaml");
    assertThat(pipeline.registry())
        .containsEntry("schema.registry.url", "https://registry.example");
    assertThat(pipeline.kafka()).containsEntry("bootstrap.servers", "kafka.example:9092");
    assertThat(resolved(yaml, schema(RICH)).features()).hasSize(18);
  }

  private static void assertLabel(String expected, String type, Task task, String... classes) {
    String yaml = draft(labelled(type), "y", task, classes);
    assertThat(yaml).contains("label:\n  field: \"y\"\n" + expected + "\nmodel: auto\n");
    List<String> resolved = resolved(yaml, labelled(type)).label().classes();
    assertThat(resolved.isEmpty()).isEqualTo(expected.contains(": regression"));
    if (classes.length > 0) {
      assertThat(resolved).containsExactly(classes);
    }
  }

  @Test
  void shouldTakeANumberAsARegressionUnlessItHasClasses() {
    String other = "; for the other: --classes with its values";
    assertLabel("  # double: regression" + other, "\"double\"", null);
    assertLabel(
        "  # int, nullable: regression" + other + "; an event without it is only predicted",
        "[\"null\", \"int\"]",
        Task.REGRESSION);
    String dead = ": classification; an event with any other is a dead letter";
    assertLabel("  classes: [0, 1]  # long" + dead, "\"long\"", null, "0", "1");
    assertLabel(
        "  classes: [-1, 2.5]  # float" + dead, "\"float\"", Task.CLASSIFICATION, "-1", "2.5");
  }

  @Test
  void shouldTakeTheClassesOfTheTypeOrThoseThatAreStated() {
    String dead = ": classification; an event with any other is a dead letter";
    assertLabel("  classes: [\"false\", \"true\"]  # boolean: classification", "\"boolean\"", null);
    assertLabel("  classes: [A, \"no\"]  # enum of 2 symbols: classification", ENUM, null);
    assertLabel(
        "  classes: [\"no\", A]  # enum of 2 symbols: classification", ENUM, null, "no", "A");
    assertLabel(
        "  classes: [C, A]  # enum of 3 symbols" + dead,
        ENUM.replace("\"no\"", "\"B\", \"C\""),
        Task.CLASSIFICATION,
        "C",
        "A");
    assertLabel(
        "  classes: [\"no\", \"not so\"]  # string" + dead, "\"string\"", null, "no", "not so");
  }

  @Test
  void shouldSayWhatToDoAboutALabelThatCannotBePredicted() {
    assertRefused(
        "label 'y' is of type string; which classes it has, the schema does not tell. State them,"
            + " as in --classes A,B,C.",
        labelled("\"string\""),
        null);
    assertRefused(
        "label 'y' is of type int; which classes it has, the schema does not tell. State them,"
            + " as in --classes A,B,C.",
        labelled("\"int\""),
        Task.CLASSIFICATION);
    assertRefused(
        "label 'y' is of type boolean, which no regression can predict. Use --task classification.",
        labelled("\"boolean\""),
        Task.REGRESSION);
    assertRefused(
        "label 'y' is of type array of int, which cannot be predicted. Name a number, text, enum or"
            + " boolean at the top level of the events.",
        labelled("{\"type\": \"array\", \"items\": \"int\"}"),
        null);
    assertRefused(
        "label 'y' is of type enum of 1 symbol; nothing can be learned of one. Name another"
            + " label.",
        labelled("{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\"]}"),
        null);
  }

  @Test
  void shouldRefuseClassesThatTheLabelCannotHave() {
    assertRefused(
        "label 'y' is of type enum of 2 symbols, and 'UPP' of --classes is none; did you mean 'UP'?"
            + " There are: DOWN, UP.",
        labelled("{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"DOWN\", \"UP\"]}"),
        null,
        "DOWN",
        "UPP");
    assertRefused(
        "label 'y' is of type int, and 'b' of --classes is no number. Give numbers, as in --classes"
            + " 0,1.",
        labelled("\"int\""),
        null,
        "1",
        "b");
    assertRefused(
        "'1.0' is in --classes twice, as a number. Give each once.",
        labelled("\"int\""),
        null,
        "1",
        "1.0");
  }

  @Test
  void shouldSayWhichFieldsThereAreWhenTheLabelIsNone() {
    assertThatThrownBy(() -> draft(schema(RICH), "tipp", null))
        .satisfies(
            e ->
                assertThat(Errors.message(e))
                    .startsWith(
                        "'tipp' is no field of subject 'Rides-value'; did you mean 'tip'? Its"
                            + " fields: id, started, day,"));
    assertRefused(
        "the schema of subject 'Rides-value' is of type string. A pipeline needs events that are"
            + " Avro records.",
        schema("\"string\""),
        null);
    assertThatThrownBy(() -> draft(schema(RICH), "größe", null))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("cannot name");
  }

  @Test
  void shouldSayWhyNothingCanBeLearnedFrom() {
    assertRefused(
        "no field of subject 'Rides-value' can be taken as it is: {name: x, type: vector, size: N}"
            + " (array of float; give its length for N to take it). Send numbers, texts or enums"
            + " beside the label, or write input.features by hand.",
        record(
            """
            {"name": "x", "type": {"type": "array", "items": "float"}},
            {"name": "y", "type": "int"}
            """),
        null);
    assertRefused(
        "subject 'Rides-value' has no field but the label. Send numbers, texts or enums beside the"
            + " label, or write input.features by hand.",
        record("{\"name\": \"y\", \"type\": \"int\"}"),
        null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"T", "[\"null\", T]", "[T]", "[T, \"null\"]"})
  void shouldTakeWhatTheLoopCanReadInEveryUnionWithNull(String form) {
    for (String type :
        List.of(
            "\"boolean\"", "\"int\"", "\"long\"", "\"float\"", "\"double\"", "\"string\"", ENUM)) {
      Schema schema =
          record(
              "{\"name\": \"x\", \"type\": %s}, {\"name\": \"y\", \"type\": \"int\"}"
                  .formatted(form.replace("T", type)));
      String yaml = draft(schema, "y", null);
      assertThat(resolved(yaml, schema).features()).as(yaml).hasSize(1);
    }
  }
}
