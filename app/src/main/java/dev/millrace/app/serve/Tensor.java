package dev.millrace.app.serve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.millrace.topology.serve.Column;
import dev.millrace.topology.serve.RequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An input tensor of a request, read field by field in whatever order they come. */
final class Tensor {
  private static final int VALUES_EXPECTED = 64;

  /** A shape is what the request claims. */
  private static final int VALUES_TAKEN_ON_TRUST_MAX = 1 << 16;

  private String name;
  private String datatype;
  private List<Long> shape;
  private TokenBuffer early; // the data, where it came before the datatype
  private double[] numbers = {};
  private long[] wholes = {};
  private String[] texts = {};
  private int count = -1;

  /** Reads the tensor whose object has been opened, from a body. */
  static Tensor read(JsonParser json, JsonBody body) throws IOException {
    Tensor tensor = new Tensor();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "name" -> tensor.name = json.getText();
        case "datatype" -> tensor.datatype = json.getText();
        case "shape" -> tensor.shape = shape(json);
        case "data" -> tensor.data(json, body);
        case "parameters" -> refuseBinary(json);
        default -> json.skipChildren();
      }
    }
    if (tensor.name == null || tensor.datatype == null || tensor.shape == null) {
      throw new RequestException(
          "an input has a name, a datatype and a shape; name=%s, datatype=%s, shape=%s"
              .formatted(tensor.name, tensor.datatype, tensor.shape));
    }
    if (tensor.early != null) {
      JsonParser data = tensor.early.asParser();
      data.nextToken();
      tensor.data(data, body);
    }
    tensor.check();
    return tensor;
  }

  private static List<Long> shape(JsonParser json) throws IOException {
    List<Long> shape = new ArrayList<>();
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new RequestException("a shape is an array of whole numbers");
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getLongValue() < 0) {
        throw new RequestException(
            "a shape is an array of whole numbers, not of " + json.getText());
      }
      shape.add(json.getLongValue());
    }
    return shape;
  }

  static void refuseBinary(JsonParser json) throws IOException {
    int depth = 0;
    do {
      if (json.currentToken() == JsonToken.START_OBJECT) {
        depth++;
      } else if (json.currentToken() == JsonToken.END_OBJECT) {
        depth--;
      } else if (json.currentToken() == JsonToken.FIELD_NAME
          && json.currentName().startsWith("binary_data")) {
        throw new RequestException(
            "%s: tensors are read as JSON only; state 'data'".formatted(json.currentName()));
      }
    } while (depth > 0 && json.nextToken() != null);
  }

  private void data(JsonParser json, JsonBody body) throws IOException {
    if (datatype == null) {
      early = new TokenBuffer(json);
      early.copyCurrentStructure(json);
      return;
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new RequestException("the data of input '%s' is no array".formatted(name));
    }
    boolean floating = isFloating();
    count = 0;
    int depth = 1;
    takeNumbers(json, body, floating);
    while (depth > 0) {
      JsonToken token = json.nextToken();
      if (token == JsonToken.START_ARRAY) { // row-major, whether nested or not
        depth++;
        takeNumbers(json, body, floating);
      } else if (token == JsonToken.END_ARRAY) {
        depth--;
      } else {
        if (floating) {
          number(json, token);
        } else {
          value(json, token);
        }
        count++;
      }
    }
  }

  /** Takes the plain numbers with which an array begins, where it may have some. */
  private void takeNumbers(JsonParser json, JsonBody body, boolean floating) {
    if (!floating || !body.isAt(json)) {
      return;
    }
    do {
      makeRoomForNumbers();
      count += body.takeNumbers(numbers, count);
    } while (count == numbers.length && !body.isAtEndOfArray());
  }

  private void makeRoomForNumbers() {
    numbers = count == numbers.length ? Arrays.copyOf(numbers, more()) : numbers;
  }

  private boolean isFloating() {
    return switch (datatype) {
      case "FP16", "BF16", "FP32", "FP64" -> true;
      default -> false;
    };
  }

  private void number(JsonParser json, JsonToken token) throws IOException {
    makeRoomForNumbers();
    numbers[count] =
        switch (token) {
          case VALUE_NULL -> Double.NaN;
          case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> finite(json.getDoubleValue());
          default -> throw wrong(json);
        };
  }

  /** A value of any datatype but the floating ones. */
  private void value(JsonParser json, JsonToken token) throws IOException {
    switch (datatype) {
      case "BYTES" -> {
        texts = count == texts.length ? Arrays.copyOf(texts, more()) : texts;
        texts[count] =
            switch (token) {
              case VALUE_NULL -> null;
              case VALUE_STRING -> json.getText();
              default -> throw wrong(json);
            };
      }
      case "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64" -> {
        wholes = count == wholes.length ? Arrays.copyOf(wholes, more()) : wholes;
        wholes[count] =
            switch (token) {
              case VALUE_TRUE -> 1;
              case VALUE_FALSE -> 0;
              case VALUE_NUMBER_INT -> json.getLongValue();
              default -> throw wrong(json);
            };
      }
      default ->
          throw new RequestException(
              "input '%s' has datatype '%s'; expected BOOL, UINT8 to UINT64, INT8 to INT64, FP16, FP32, FP64 or BYTES"
                  .formatted(name, datatype));
    }
  }

  /** How many there is room for next: as many as the shape says, once a few of them have come. */
  private int more() {
    if (count == VALUES_EXPECTED && shape != null) {
      return (int) Math.clamp(values(), 2L * count, VALUES_TAKEN_ON_TRUST_MAX);
    }
    return Math.max(VALUES_EXPECTED, 2 * count);
  }

  private double finite(double number) {
    if (Double.isInfinite(number)) {
      throw new RequestException("input '%s' has a number that is too large".formatted(name));
    }
    return number;
  }

  private RequestException wrong(JsonParser json) throws IOException {
    return new RequestException(
        "input '%s' is %s and has %s at place %d; a value that is missing is null in FP32, FP64 and BYTES"
            .formatted(name, datatype, json.getText(), count));
  }

  private long values() {
    long values = 1;
    for (long dimension : shape) {
      values = Math.multiplyExact(values, dimension);
    }
    return values;
  }

  private void check() {
    if (shape.isEmpty() || values() != count) {
      throw new RequestException(
          "input '%s' has shape %s and %d values; expected [rows] or [rows, size] and as many values"
              .formatted(name, shape, Math.max(0, count)));
    }
  }

  /** The first dimension. */
  int rows() {
    return Math.toIntExact(shape.getFirst());
  }

  Column column() {
    int rows = rows();
    int size = rows == 0 ? 1 : count / rows;
    if (isFloating()) {
      return Column.ofNumbers(name, size, numbers);
    }
    return datatype.equals("BYTES")
        ? Column.ofTexts(name, size, texts)
        : Column.ofWholes(name, size, wholes);
  }
}
