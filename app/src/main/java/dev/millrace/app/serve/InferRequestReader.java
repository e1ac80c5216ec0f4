package dev.millrace.app.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.topology.serve.Column;
import dev.millrace.topology.serve.RequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads an inference request: most of it is numbers, of which Jackson sees few. */
final class InferRequestReader {
  private static final JsonFactory JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .getFactory();

  private final JsonBody body;
  private String id;
  private Integer partition;
  private String key;
  private final List<Column> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private int rows = -1;

  private InferRequestReader(JsonBody body) {
    this.body = body;
  }

  /**
   * The request of a body.
   *
   * @throws RequestException if it is none
   */
  static InferRequest read(byte[] bytes) {
    JsonBody body = new JsonBody(bytes);
    try (JsonParser json = JSON.createParser(body)) {
      return new InferRequestReader(body).read(json);
    } catch (JsonProcessingException e) {
      throw new RequestException("the body is no JSON: " + e.getOriginalMessage());
    } catch (IOException | ArithmeticException e) {
      throw new RequestException("the body cannot be read: " + e.getMessage());
    }
  }

  private InferRequest read(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new RequestException("a request is a JSON object with 'inputs'");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "id" -> id = json.getText();
        case "parameters" -> parameters(json);
        case "inputs" -> objects(json, "inputs", this::input);
        case "outputs" -> objects(json, "outputs", this::output);
        default -> json.skipChildren();
      }
    }
    if (rows < 0) {
      throw new RequestException(
          "a request has at least one input: {\"inputs\": [{\"name\", \"shape\", \"datatype\","
              + " \"data\"}]}");
    }
    return new InferRequest(
        Optional.ofNullable(id),
        partition == null ? OptionalInt.empty() : OptionalInt.of(partition),
        Optional.ofNullable(key),
        inputs,
        rows,
        outputs);
  }

  /** Reads one object of an array. */
  private interface Each {
    void read(JsonParser json) throws IOException;
  }

  private static void objects(JsonParser json, String what, Each each) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new RequestException("'%s' is an array of objects".formatted(what));
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw new RequestException("'%s' is an array of objects".formatted(what));
      }
      each.read(json);
    }
  }

  private void input(JsonParser json) throws IOException {
    Tensor tensor = Tensor.read(json, body);
    if (rows >= 0 && rows != tensor.rows()) {
      throw new RequestException(
          "input '%s' has %d rows, the one before it %d; every input has the same"
              .formatted(tensor.column().name(), tensor.rows(), rows));
    }
    rows = tensor.rows();
    inputs.add(tensor.column());
  }

  private void output(JsonParser json) throws IOException {
    String name = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "name" -> name = json.getText();
        case "parameters" -> Tensor.refuseBinary(json);
        default -> json.skipChildren();
      }
    }
    if (name == null) {
      throw new RequestException("an output has a name");
    }
    outputs.add(name);
  }

  private void parameters(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new RequestException("'parameters' is an object");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "partition" -> {
          if (value != JsonToken.VALUE_NUMBER_INT) {
            throw new RequestException("parameter 'partition' is a whole number from 0");
          }
          partition = json.getIntValue();
        }
        case "key" -> {
          if (value != JsonToken.VALUE_STRING) {
            throw new RequestException("parameter 'key' is a text, the key of the event");
          }
          key = json.getText();
        }
        case "binary_data_output" ->
            throw new RequestException("binary_data_output: answers are JSON only");
        default -> json.skipChildren();
      }
    }
  }
}
