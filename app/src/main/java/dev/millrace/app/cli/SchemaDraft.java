package dev.millrace.app.cli;

import dev.millrace.app.data.Task;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.decode.AvroTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** The pipeline that the schema of a subject suggests, as commented YAML. */
final class SchemaDraft {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
  private static final int BUCKETS = 256;

  private final Registered subject;
  private final Schema.Field labelField;
  private final SchemaLabel label;
  private final PipelineText text;

  /**
   * A field as a feature.
   *
   * @param comment what it is and how it is taken, or why it is left out
   */
  private record Choice(boolean taken, String yaml, String comment) {
    List<String> lines() {
      return taken
          ? PipelineText.feature(yaml, comment)
          : List.of(PipelineText.leftOut(yaml, comment));
    }
  }

  /**
   * @param task empty: what the label's type suggests
   * @param classes empty: those of the label's type
   * @throws UserException if the events have no such label
   */
  SchemaDraft(
      Registered subject,
      String label,
      Optional<Task> task,
      List<String> classes,
      PipelineText text) {
    this.subject = subject;
    this.text = text;
    this.labelField = field(subject, label);
    this.label = new SchemaLabel(labelField, task, classes);
  }

  private static Schema.Field field(Registered subject, String name) {
    Schema schema = subject.schema();
    if (schema.getType() != Schema.Type.RECORD) {
      throw new UserException(
          "the schema of subject '%s' is of type %s"
              .formatted(subject.subject(), FieldWords.type(schema)),
          "A pipeline needs events that are Avro records");
    }
    Schema.Field field = schema.getField(name);
    if (field == null) {
      List<String> names = schema.getFields().stream().map(Schema.Field::name).toList();
      throw new UserException(
          "'%s' is no field of subject '%s'%s"
              .formatted(name, subject.subject(), Words.didYouMean(name, names)),
          "Its fields: " + String.join(", ", names));
    }
    if (!name.matches(NAME)) {
      throw new UserException(
          "label '" + name + "' has letters that a pipeline cannot name",
          "Name a field of A-Z, a-z, 0-9 and _");
    }
    return field;
  }

  /**
   * @throws UserException if no field can be a feature
   */
  String yaml() {
    List<Choice> choices =
        subject.schema().getFields().stream()
            .filter(field -> field != labelField)
            .map(SchemaDraft::choice)
            .toList();
    if (choices.stream().noneMatch(Choice::taken)) {
      throw nothingToLearnFrom(choices);
    }
    return text.yaml(
        head(),
        choices.stream().flatMap(choice -> choice.lines().stream()).toList(),
        labelField.name(),
        label.lines());
  }

  private List<String> head() {
    List<String> head = new ArrayList<>();
    head.add(
        "A pipeline for subject %s, version %d: %d fields. What is not said here has a default that works."
            .formatted(subject.subject(), subject.version(), subject.schema().getFields().size()));
    head.add("A schema does not tell what a field is worth. Take out ids, and what is known only");
    head.add(
        "when the label is. Whole numbers that are codes learn better as `type: hashed`, texts");
    head.add("of a few known values as `type: one_hot, categories: [A, B]`.");
    return head;
  }

  private static Choice choice(Schema.Field field) {
    Schema type = AvroTypes.withoutNull(field.schema());
    String what = FieldWords.describe(field);
    if (!field.name().matches(NAME)) {
      return left(field.name(), what + "; a pipeline cannot name it: A-Z, a-z, 0-9 and _");
    }
    String numeric = feature(field, "numeric");
    String hashed = feature(field, "hashed, buckets: " + BUCKETS);
    String meaning =
        Optional.ofNullable(type.getLogicalType()).map(LogicalType::getName).orElse("");
    return switch (type.getType()) {
      case INT, LONG -> {
        if (meaning.contains("timestamp-")) {
          yield left(numeric, what + "; rises for ever; it may be named as input.timestamp");
        }
        yield meaning.equals("date")
            ? left(numeric, what + "; rises for ever")
            : new Choice(true, numeric, what);
      }
      case FLOAT, DOUBLE -> new Choice(true, numeric, what);
      case BOOLEAN -> new Choice(true, numeric, what + ": as 1 and 0");
      case STRING ->
          meaning.equals("uuid")
              ? left(hashed, what + "; different in every event")
              : new Choice(true, hashed, what + ": hashed");
      case ENUM -> symbols(field, type, what);
      case ARRAY -> array(field, type, what);
      case BYTES, FIXED ->
          left(
              field.name(),
              what
                  + (meaning.equals("decimal")
                      ? "; send it as a double to take it"
                      : "; no feature can be made of them"));
      case RECORD -> left(field.name(), what + "; nested fields cannot be features");
      case MAP -> left(field.name(), what + "; its entries cannot be features");
      case UNION -> left(field.name(), what + "; a feature has one type");
      case NULL -> left(field.name(), what + "; no event has a value");
    };
  }

  private static Choice symbols(Schema.Field field, Schema type, String what) {
    return type.getEnumSymbols().isEmpty()
        ? left(field.name(), what + "; no event has a value")
        : new Choice(
            true,
            feature(field, "one_hot, categories: " + Yaml.list(type.getEnumSymbols())),
            what + ": one_hot");
  }

  private static Choice array(Schema.Field field, Schema type, String what) {
    return isVector(type)
        ? left(feature(field, "vector, size: N"), what + "; give its length for N to take it")
        : left(field.name(), what + "; only an array of numbers can be a feature");
  }

  private static boolean isVector(Schema type) {
    return type.getType() == Schema.Type.ARRAY
        && switch (type.getElementType().getType()) {
          case INT, LONG, FLOAT, DOUBLE -> true;
          default -> false;
        };
  }

  private static String feature(Schema.Field field, String type) {
    return "{name: " + Yaml.scalar(field.name()) + ", type: " + type + "}";
  }

  private static Choice left(String yaml, String reason) {
    return new Choice(false, yaml, reason);
  }

  private UserException nothingToLearnFrom(List<Choice> choices) {
    String why =
        choices.isEmpty()
            ? "subject '%s' has no field but the label".formatted(subject.subject())
            : "no field of subject '%s' can be taken as it is: %s"
                .formatted(
                    subject.subject(),
                    choices.stream()
                        .map(choice -> choice.yaml() + " (" + choice.comment() + ")")
                        .collect(Collectors.joining(", ")));
    return new UserException(
        why, "Send numbers, texts or enums beside the label, or write input.features by hand");
  }
}
