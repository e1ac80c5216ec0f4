package dev.millrace.formats;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.engine.Learner;
import dev.millrace.engine.state.StateArray;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * All arrays of a model in the safetensors format of Hugging Face:
 *
 * <pre>
 *   length of the header, uint64 | header, JSON padded with spaces | the arrays one after another
 *   header: {"__metadata__": {name: text, …}, array: {"dtype", "shape", "data_offsets"}, …}
 * </pre>
 *
 * <p>Everything is little-endian. Longer elements come first, so that each array is aligned.
 */
public final class SafetensorsFile {
  private static final int ALIGNMENT = 8;
  private static final int PART_BYTES = 1 << 16;

  private SafetensorsFile() {}

  /** Writes weights, optimiser slots and statistics of features, with where they come from. */
  public static void write(Learner learner, Origin origin, OutputStream out) throws IOException {
    Tensors tensors = Tensors.of(learner);
    List<String> names = new ArrayList<>(tensors.all().keySet());
    names.sort(Comparator.comparingInt(name -> -tensors.all().get(name).elementBytes()));
    byte[] header = header(learner, origin, tensors, names);
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .array());
    out.write(header);
    for (String name : names) {
      write(tensors.all().get(name), out);
    }
    out.flush();
  }

  private static byte[] header(
      Learner learner, Origin origin, Tensors tensors, List<String> names) {
    ObjectNode header = JsonMapper.builder().build().createObjectNode();
    ObjectNode metadata = header.putObject("__metadata__");
    metadata.put("format", "millrace");
    origin.texts().forEach(metadata::put);
    metadata.put("spec", learner.spec().toJson());
    long at = 0;
    for (String name : names) {
      StateArray array = tensors.all().get(name);
      ObjectNode entry = header.putObject(name);
      entry.put("dtype", dtype(array.type()));
      ArrayNode shape = entry.putArray("shape");
      tensors.shape(name).forEach(shape::add);
      long end = at + (long) array.length() * array.elementBytes();
      entry.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static String dtype(StateArray.Type type) {
    return switch (type) {
      case FLOAT32 -> "F32";
      case FLOAT64 -> "F64";
      case INT64 -> "I64";
    };
  }

  private static void write(StateArray array, OutputStream out) throws IOException {
    int elements = PART_BYTES / array.elementBytes();
    for (int from = 0; from < array.length(); from += elements) {
      out.write(array.toBytes(from, Math.min(elements, array.length() - from)));
    }
  }
}
