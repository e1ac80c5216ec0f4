package dev.millrace.engine.feature;

import dev.millrace.engine.feature.FeatureSpace.Field;
import java.util.List;

/** The category that the categories of several features make together. */
final class Crossing {
  private final Field[] operands;
  private final int size;

  Crossing(FeatureSpec spec, List<Field> fields) {
    size = spec.size();
    operands =
        spec.settings().cross().stream().map(n -> find(spec, n, fields)).toArray(Field[]::new);
    if (operands.length < 2) {
      throw new IllegalArgumentException(
          "a cross needs two features or more, feature=" + spec.name());
    }
  }

  private static Field find(FeatureSpec spec, String name, List<Field> fields) {
    for (Field field : fields) {
      if (field.spec().name().equals(name)) {
        return switch (field.spec().kind()) {
          case NUMERIC, ONE_HOT, HASHED, GROWING -> field;
          case VECTOR, TEXT, BAG, DISCRETIZED, CROSS ->
              throw new IllegalArgumentException(
                  "a cross takes numbers and single categories, feature=%s, operand=%s of kind %s"
                      .formatted(spec.name(), name, field.spec().kind()));
        };
      }
    }
    throw new IllegalArgumentException(
        "a cross reads features, feature=%s, no feature=%s".formatted(spec.name(), name));
  }

  /** 0 if one of them is missing. */
  int category(EventRow event) {
    long hash = 0;
    for (Field operand : operands) {
      long value;
      if (operand.spec().kind() == FeatureKind.NUMERIC) {
        double number = event.numbers[operand.slot()];
        if (Double.isNaN(number)) {
          return 0;
        }
        value = Double.doubleToLongBits(number == 0 ? 0.0 : number);
      } else {
        value = event.categories[operand.slot()];
        if (value == EventRow.MISSING) {
          return 0;
        }
      }
      hash = Utf8Hash.combine(hash, value);
    }
    return 1 + (int) Long.remainderUnsigned(hash, size - 1);
  }
}
