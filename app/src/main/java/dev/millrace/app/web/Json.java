package dev.millrace.app.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/** JSON in responses. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** Of maps, lists and what they hold. */
  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** JSON has no NaN and no infinity; they are null. */
  static void putNumber(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    } else {
      json.putNull(name);
    }
  }

  /** The object of a request; an empty one if it has no body. */
  static JsonNode body(ServerRequest request) {
    byte[] bytes = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
    try {
      JsonNode body = bytes.length == 0 ? object() : MAPPER.readTree(bytes);
      if (body.isObject()) {
        return body;
      }
    } catch (IOException e) {
      throw new ApiException(400, "The body is no JSON: " + e.getMessage());
    }
    throw new ApiException(400, "The body is no JSON object");
  }

  static byte[] bytes(JsonNode body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a tree is JSON", e);
    }
  }

  static void send(ServerResponse response, int status, JsonNode body) {
    response
        .status(status)
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(bytes(body));
  }

  static void error(ServerResponse response, int status, String message) {
    send(response, status, object().put("error_code", status).put("message", message));
  }
}
