package dev.millrace.topology.decode;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.Vocabulary;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/** Compiles the steps that read the label and its weight. */
final class LabelSteps {
  private LabelSteps() {}

  /** Reads one number. */
  @FunctionalInterface
  private interface Read {
    double from(AvroCursor in);
  }

  /** A null label makes the event unlabelled. */
  static Step of(Schema.Field field, ModelSpec spec) {
    LabelSpec label = spec.label();
    Step absent = (in, event) -> {};
    return EventDecoder.nullable(
        field.schema(),
        absent,
        schema ->
            label.isClassification()
                ? ofClass(field, schema, label)
                : value(field, schema, spec.loss()));
  }

  /** A null weight is 1. */
  static Step weight(Schema.Field field) {
    Step absent = (in, event) -> {};
    return EventDecoder.nullable(
        field.schema(),
        absent,
        schema -> {
          Read read = number(field, schema, "a number: it is the weight of the event");
          String what = "weight '" + field.name() + "'";
          return (in, event) -> event.weight = notNegative(read.from(in), what);
        });
  }

  private static Step value(Schema.Field field, Schema schema, LossSpec loss) {
    Read read = number(field, schema, "a number: it is the label of a regression");
    if (loss.kind() != LossSpec.Kind.COUNT) {
      return (in, event) -> set(event, read.from(in));
    }
    String what = loss.name() + " is for counts; label '" + field.name() + "'";
    return (in, event) -> set(event, notNegative(read.from(in), what));
  }

  private static Read number(Schema.Field field, Schema schema, String wanted) {
    String name = field.name();
    return switch (schema.getType()) {
      case INT -> AvroCursor::readInt;
      case LONG -> AvroCursor::readLong;
      case FLOAT -> in -> FeatureSteps.finite(in.readFloat(), name);
      case DOUBLE -> in -> FeatureSteps.finite(in.readDouble(), name);
      default -> throw EventDecoder.mismatch(field.name(), field.schema(), wanted);
    };
  }

  private static double notNegative(double value, String what) {
    if (value < 0) {
      throw new BadEventException(Reason.NEGATIVE, what + " is " + value + ", less than 0");
    }
    return value;
  }

  private static Step ofClass(Schema.Field field, Schema schema, LabelSpec label) {
    Vocabulary classes = new Vocabulary(label.classes());
    return switch (schema.getType()) {
      case STRING ->
          (in, event) -> {
            int start = in.readUtf8();
            int length = in.position() - start;
            int index = classes.indexOf(in.bytes(), start, length);
            if (index == Vocabulary.UNKNOWN) {
              String text = new String(in.bytes(), start, length, StandardCharsets.UTF_8);
              throw unknown(field.name(), text, label);
            }
            set(event, index);
          };
      case ENUM -> {
        String[] symbols = schema.getEnumSymbols().toArray(String[]::new);
        yield (in, event) -> {
          String symbol = symbols[in.readIndex(symbols.length)];
          set(event, indexOf(field.name(), symbol, classes, label));
        };
      }
      case BOOLEAN ->
          (in, event) -> {
            String text = Boolean.toString(in.readBoolean());
            set(event, indexOf(field.name(), text, classes, label));
          };
      case INT -> {
        double[] values = numbers(field, label);
        yield (in, event) -> set(event, indexOf(field.name(), in.readInt(), values, label));
      }
      case LONG -> {
        double[] values = numbers(field, label);
        yield (in, event) -> set(event, indexOf(field.name(), in.readLong(), values, label));
      }
      case FLOAT -> {
        double[] values = numbers(field, label);
        yield (in, event) -> set(event, indexOf(field.name(), in.readFloat(), values, label));
      }
      case DOUBLE -> {
        double[] values = numbers(field, label);
        yield (in, event) -> set(event, indexOf(field.name(), in.readDouble(), values, label));
      }
      default ->
          throw EventDecoder.mismatch(
              field.name(), field.schema(), "a text, enum, boolean or number: it is the label");
    };
  }

  private static void set(EventRow event, double label) {
    event.labelled = true;
    event.label = label;
  }

  private static int indexOf(String name, String text, Vocabulary classes, LabelSpec label) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int index = classes.indexOf(bytes, 0, bytes.length);
    if (index == Vocabulary.UNKNOWN) {
      throw unknown(name, text, label);
    }
    return index;
  }

  private static int indexOf(String name, double value, double[] classes, LabelSpec label) {
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] == value) {
        return i;
      }
    }
    throw unknown(name, Double.toString(value), label);
  }

  private static double[] numbers(Schema.Field field, LabelSpec label) {
    try {
      return label.classes().stream().mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      throw EventDecoder.mismatch(
          field.name(), field.schema(), "a text: the label's classes are " + label.classes());
    }
  }

  private static BadEventException unknown(String name, String value, LabelSpec label) {
    String shown = value.length() > 64 ? value.substring(0, 64) + "…" : value;
    return new BadEventException(
        Reason.UNKNOWN_LABEL,
        "label '%s' is '%s', none of %s".formatted(name, shown, label.classes()));
  }
}
