package dev.millrace.app.cli;

import dev.millrace.app.data.Task;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import dev.millrace.topology.config.SchemaFeatures;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.BadEventException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** The pipeline that the schema of a subject suggests, as commented YAML. */
final class SchemaDraft {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
  private static final int BUCKETS = 1024;

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
    refuseWhatIsNoEnd();
    List<Choice> choices =
        subject.schema().getFields().stream()
            .filter(field -> field != labelField)
            .flatMap(field -> choices(field.name(), field))
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

  /** A schema that contains itself has no last field. */
  private void refuseWhatIsNoEnd() {
    try {
      SchemaFeatures.of(subject.schema());
    } catch (BadEventException e) {
      throw new UserException(e.getMessage(), "A pipeline cannot read such events");
    }
  }

  private List<String> head() {
    List<String> head = new ArrayList<>();
    head.add(
        "A pipeline for subject %s, version %d: %d fields. What is not said here has a default that works."
            .formatted(subject.subject(), subject.version(), subject.schema().getFields().size()));
    head.add("A schema does not tell what a field is worth. Take out ids, and what is known only");
    head.add(
        "when the label is. Whole numbers that are codes learn better as `type: hashed`, texts of"
            + " a");
    head.add(
        "few known values as `type: one_hot, categories: [A, B]`, those of several words as `type:"
            + " text`.");
    return head;
  }

  /** The choices of a field: of a record those of its fields. */
  private static Stream<Choice> choices(String path, Schema.Field field) {
    String what = FieldWords.describe(field);
    if (!field.name().matches(NAME)) {
      return Stream.of(left(path, what + "; a pipeline cannot name it: A-Z, a-z, 0-9 and _"));
    }
    return switch (SchemaFeatures.choice(path, field.schema())) {
      case SchemaFeatures.Choice.Enter enter when enter.record().getFields().isEmpty() ->
          Stream.of(left(path, what + "; it has no fields"));
      case SchemaFeatures.Choice.Enter enter ->
          enter.record().getFields().stream().flatMap(f -> choices(path + "." + f.name(), f));
      case SchemaFeatures.Choice.Leave leave ->
          Stream.of(left(untaken(path, field.schema()), what + "; " + leave.reason()));
      case SchemaFeatures.Choice.Take take ->
          Stream.of(new Choice(true, feature(path, type(take)), what + how(field, take)));
    };
  }

  private static String type(SchemaFeatures.Choice.Take take) {
    FeatureSpec spec = take.features().getFirst();
    if (spec.settings().part() != null) {
      return "time";
    }
    return switch (spec.kind()) {
      case ONE_HOT -> "one_hot, categories: " + Yaml.list(spec.categories());
      case HASHED, BAG -> spec.kind() + ", buckets: " + spec.size();
      default -> spec.kind().yamlName();
    };
  }

  private static String how(Schema.Field field, SchemaFeatures.Choice.Take take) {
    FeatureSpec spec = take.features().getFirst();
    if (spec.settings().part() != null) {
      return take.features().stream()
          .map(part -> part.settings().part().toString())
          .collect(Collectors.joining(", ", ": ", ""));
    }
    return switch (spec.kind()) {
      case NUMERIC ->
          AvroTypes.withoutNull(field.schema()).getType() == Schema.Type.BOOLEAN
              ? ": as 1 and 0"
              : "";
      case BAG ->
          spec.settings().tokens().weight() == TokenSettings.Weight.COUNT
              ? ": an entry a key, weighing its number"
              : ": an entry for each";
      default -> ": " + spec.kind();
    };
  }

  /** What a field that is left out would be taken by. */
  private static String untaken(String path, Schema schema) {
    Schema type = AvroTypes.withoutNull(schema);
    if (type.getType() == Schema.Type.ARRAY
        && AvroTypes.isNumber(AvroTypes.withoutNull(type.getElementType()))) {
      return feature(path, "vector, size: N");
    }
    return AvroTypes.isUuid(type) ? feature(path, "hashed, buckets: " + BUCKETS) : path;
  }

  private static String feature(String path, String type) {
    return "{name: " + Yaml.scalar(path) + ", type: " + type + "}";
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
