package dev.millrace.app.cli;

import dev.millrace.app.data.Task;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.decode.AvroTypes;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/** What there is to predict, by the label's type and the user's words. */
final class SchemaLabel {
  private static final String NUMBER = "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?";

  private final Schema.Field field;
  private final Schema type;
  private final List<String> stated;
  private final Task task;
  private final List<String> classes;

  /**
   * @param task empty: what the type suggests
   * @param stated the user's classes; empty: those of the schema
   * @throws UserException if that is nothing to predict
   */
  SchemaLabel(Schema.Field field, Optional<Task> task, List<String> stated) {
    this.field = field;
    this.type = AvroTypes.withoutNull(field.schema());
    this.stated = stated;
    this.task = task(task);
    this.classes = this.task == Task.REGRESSION ? List.of() : classes();
  }

  private Task task(Optional<Task> wanted) {
    return switch (type.getType()) {
      case INT, LONG, FLOAT, DOUBLE ->
          wanted.orElse(stated.isEmpty() ? Task.REGRESSION : Task.CLASSIFICATION);
      case ENUM, BOOLEAN, STRING -> {
        if (wanted.equals(Optional.of(Task.REGRESSION))) {
          throw new UserException(
              what() + ", which no regression can predict", "Use --task classification");
        }
        yield Task.CLASSIFICATION;
      }
      default ->
          throw new UserException(
              what() + ", which cannot be predicted",
              "Name a number, text, enum or boolean at the top level of the events");
    };
  }

  private List<String> classes() {
    return switch (type.getType()) {
      case ENUM -> ofSymbols(type.getEnumSymbols());
      case BOOLEAN -> ofSymbols(List.of("false", "true"));
      case STRING -> stated();
      default -> {
        Set<Double> values = new HashSet<>();
        for (String number : stated()) {
          if (!number.matches(NUMBER)) {
            throw new UserException(
                what() + ", and '" + number + "' of --classes is no number",
                "Give numbers, as in --classes 0,1");
          }
          if (!values.add(Double.parseDouble(number))) {
            throw new UserException(
                "'" + number + "' is in --classes twice, as a number", "Give each once");
          }
        }
        yield stated;
      }
    };
  }

  private List<String> stated() {
    if (stated.isEmpty()) {
      throw new UserException(
          what() + "; which classes it has, the schema does not tell",
          "State them, as in --classes A,B,C");
    }
    return stated;
  }

  private List<String> ofSymbols(List<String> symbols) {
    for (String word : stated) {
      if (!symbols.contains(word)) {
        throw new UserException(
            what() + ", and '" + word + "' of --classes is none" + Words.didYouMean(word, symbols),
            "There are: " + String.join(", ", symbols));
      }
    }
    List<String> all = stated.isEmpty() ? symbols : stated;
    if (all.size() < 2) {
      throw new UserException(what() + "; nothing can be learned of one", "Name another label");
    }
    return all;
  }

  private String what() {
    return "label '%s' is of type %s".formatted(field.name(), FieldWords.type(type));
  }

  /** The classes, if any, and why they are these. */
  List<String> lines() {
    String reason = FieldWords.describe(field) + ": " + task;
    if (task == Task.REGRESSION) {
      return PipelineText.remark(
          reason + "; for the other: --classes with its values" + withoutLabel());
    }
    boolean closed =
        type.getType() == Schema.Type.BOOLEAN
            || type.getType() == Schema.Type.ENUM && classes.containsAll(type.getEnumSymbols());
    return PipelineText.setting(
        "classes: " + Yaml.list(classes),
        reason + (closed ? "" : "; an event with any other is a dead letter") + withoutLabel());
  }

  private String withoutLabel() {
    return FieldWords.isNullable(field) ? "; an event without it is only predicted" : "";
  }
}
