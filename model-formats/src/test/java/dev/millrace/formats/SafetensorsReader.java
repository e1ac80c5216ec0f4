package dev.millrace.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A reader of the safetensors format after its description, which knows nothing of our writer. */
final class SafetensorsReader {
  record Array(String dtype, List<Integer> shape, ByteBuffer data) {}

  final Map<String, String> metadata = new LinkedHashMap<>();
  final Map<String, Array> arrays = new LinkedHashMap<>();

  SafetensorsReader(byte[] file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(in.getLong());
    String json = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
    if (!json.startsWith("{")) {
      throw new IOException("the header must begin with {");
    }
    int data = Long.BYTES + length;
    Map<Integer, Integer> covered = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry :
        JsonMapper.builder().build().readTree(json).properties()) {
      if (entry.getKey().equals("__metadata__")) {
        entry.getValue().properties().forEach(e -> metadata.put(e.getKey(), text(e.getValue())));
        continue;
      }
      JsonNode array = entry.getValue();
      int begin = array.get("data_offsets").get(0).asInt();
      int end = array.get("data_offsets").get(1).asInt();
      List<Integer> shape = new ArrayList<>();
      array.get("shape").forEach(size -> shape.add(size.asInt()));
      String dtype = array.get("dtype").asText();
      int elements = shape.stream().reduce(1, Math::multiplyExact);
      if (end - begin != elements * bytes(dtype)) {
        throw new IOException("offsets and shape do not agree: " + entry.getKey());
      }
      covered.put(begin, end);
      ByteBuffer values = in.slice(data + begin, end - begin).order(ByteOrder.LITTLE_ENDIAN);
      arrays.put(entry.getKey(), new Array(dtype, shape, values));
    }
    int at = 0;
    for (Map.Entry<Integer, Integer> part : covered.entrySet()) {
      if (part.getKey() != at) {
        throw new IOException("there must be no hole and no overlap, at " + at);
      }
      at = part.getValue();
    }
    if (data + at != file.length) {
      throw new IOException("the arrays must end where the file does");
    }
  }

  private static String text(JsonNode value) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException("metadata is text: " + value);
    }
    return value.textValue();
  }

  private static int bytes(String dtype) {
    return switch (dtype) {
      case "F32" -> 4;
      case "F64", "I64" -> 8;
      default -> throw new IllegalArgumentException(dtype);
    };
  }
}
