package dev.millrace.topology.serve;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.wire.FrameEncoder;
import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.EventDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * What a request may say of an event: each field of the events' schema that the model reads, by its
 * path, and every one of them may be missing. A row becomes the bytes of an event under {@link
 * #schema}, so that one code reads it, the decoder of events.
 */
final class RequestFields {
  private static final int BYTES_EXPECTED = 256;
  private static final int BYTES_A_VALUE = 9;

  private final Map<String, Integer> vectors = new HashMap<>(); // sizes by path
  private final Set<String> paths;
  private final Set<String> known = new LinkedHashSet<>(); // also those that no feature reads
  private final Set<String> maps = new LinkedHashSet<>();
  private final Map<String, InputField> fields = new LinkedHashMap<>();
  private final InputNode.Nested root;
  private final Schema schema;
  private int records;

  /**
   * The fields of a model.
   *
   * @param events the schema that the model was made with
   */
  RequestFields(Schema events, ModelSpec spec) {
    List<FeatureSpec> read = EventDecoder.read(spec);
    paths = read.stream().map(FeatureSpec::path).collect(Collectors.toSet());
    for (FeatureSpec feature : read) {
      if (feature.kind() == FeatureKind.VECTOR && feature.settings().part() == null) {
        vectors.put(feature.path(), feature.size());
      }
    }
    List<InputNode> nodes = new ArrayList<>();
    schema = record(events, "", nodes);
    root = new InputNode.Nested(List.copyOf(nodes));
  }

  private Schema record(Schema events, String prefix, List<InputNode> nodes) {
    List<Schema.Field> written = new ArrayList<>();
    for (Schema.Field field : events.getFields()) {
      String path = prefix + field.name();
      known.add(path);
      List<Schema> branches = new ArrayList<>(List.of(Schema.create(Schema.Type.NULL)));
      node(field.schema(), path, branches)
          .ifPresent(
              node -> {
                nodes.add(node);
                written.add(new Schema.Field(field.name(), Schema.createUnion(branches)));
              });
    }
    return Schema.createRecord("Request" + records++, null, "dev.millrace", false, written);
  }

  /** What writes a field, and the branches that it is written as behind null. */
  private Optional<InputNode> node(Schema events, String path, List<Schema> branches) {
    boolean isOnTheWay = paths.stream().anyMatch(read -> read.startsWith(path + "."));
    if (!isOnTheWay && !paths.contains(path)) {
      return Optional.empty();
    }
    List<InputNode.Branch> values = new ArrayList<>();
    for (Schema branch : AvroTypes.branches(events)) {
      if (branch.getType() == Schema.Type.RECORD && isOnTheWay) {
        List<InputNode> nodes = new ArrayList<>();
        branches.add(record(branch, path + ".", nodes));
        return Optional.of(new InputNode.Nested(List.copyOf(nodes)));
      }
      if (branch.getType() == Schema.Type.MAP) {
        return map(branch, path, branches);
      }
      value(branch, path, branches).ifPresent(values::add);
    }
    if (values.isEmpty()) {
      return Optional.empty();
    }
    fields.put(path, values.getFirst().field(path));
    return Optional.of(new InputNode.Value(path, List.copyOf(values)));
  }

  private Optional<InputNode> map(Schema events, String path, List<Schema> branches) {
    Schema value = AvroTypes.withoutNull(events.getValueType());
    Optional<InputType> type = InputType.of(value);
    type.ifPresent(
        of -> {
          branches.add(Schema.createMap(of.schema(value)));
          maps.add(path);
          fields.put(path, new InputField(path + ".*", of.datatype(), 1, false));
        });
    return type.map(of -> new InputNode.Entries(path, of));
  }

  private Optional<InputNode.Branch> value(Schema events, String path, List<Schema> branches) {
    boolean isList = events.getType() == Schema.Type.ARRAY;
    Schema value = isList ? AvroTypes.withoutNull(events.getElementType()) : events;
    Optional<InputType> type = InputType.of(value);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    Schema written = type.get().schema(value);
    Schema branch = isList ? Schema.createArray(written) : written;
    if (branches.stream().anyMatch(other -> other.getType() == branch.getType())) {
      return Optional.empty(); // an enum beside a text
    }
    branches.add(branch);
    Integer size = vectors.get(path);
    if (isList) {
      return Optional.of(new InputNode.Listed(type.get(), size == null ? -1 : size));
    }
    return Optional.of(
        type.get() == InputType.BYTES
            ? new InputNode.Octets(size == null ? 0 : size)
            : new InputNode.Single(type.get()));
  }

  /** What rows are written by. */
  Schema schema() {
    return schema;
  }

  /** What a request may state, in the order of the events' schema. */
  List<InputField> fields() {
    return List.copyOf(fields.values());
  }

  /**
   * The columns of a request by what they are.
   *
   * @throws RequestException if one is of no field, or two are of the same
   */
  InputNode.Columns bind(List<Column> columns) {
    Map<String, Column> byName = new HashMap<>();
    Map<String, List<Column>> byMap = new HashMap<>();
    for (Column column : columns) {
      if (byName.put(column.name(), column) != null) {
        throw new RequestException("input '%s' is stated twice".formatted(column.name()));
      }
      if (known.contains(column.name())) {
        continue;
      }
      String map =
          maps.stream()
              .filter(name -> column.name().startsWith(name + "."))
              .findFirst()
              .orElseThrow(
                  () ->
                      new RequestException(
                          "the events have no field '%s'; inputs: %s"
                              .formatted(
                                  column.name(),
                                  fields().stream()
                                      .map(InputField::name)
                                      .collect(Collectors.joining(", ")))));
      byMap.computeIfAbsent(map, none -> new ArrayList<>()).add(column);
    }
    return new InputNode.Columns(byName, byMap);
  }

  /** The bytes of a row's event, in a frame of no schema's id. */
  byte[] encode(InputNode.Columns columns, int row) {
    int values = columns.byName().values().stream().mapToInt(Column::size).sum();
    FrameEncoder out = new FrameEncoder(0, BYTES_EXPECTED + BYTES_A_VALUE * values);
    root.writeFields(columns, row, out);
    return out.frame();
  }
}
