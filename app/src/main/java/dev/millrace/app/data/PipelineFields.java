package dev.millrace.app.data;

import dev.millrace.app.data.Column.Kind;
import dev.millrace.topology.config.FeatureType;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which columns of a file are fields of a pipeline's events, and of what type. */
final class PipelineFields {
  private PipelineFields() {}

  /** All columns, typed by the file. */
  static List<AvroRows.Field> of(ColumnTypes types) {
    return types.columns().stream().map(PipelineFields::field).toList();
  }

  private static AvroRows.Field field(Column column) {
    return new AvroRows.Field(
        column.index(), column.avroName(), column.name(), column.kind(), column.missing() > 0);
  }

  static List<AvroRows.Field> of(Path file, Pipeline pipeline, CsvOptions options)
      throws IOException {
    List<String> names;
    try (CsvReader reader = CsvReader.open(file, options)) {
      names = reader.header();
    }
    List<String> avroNames = AvroNames.of(names);
    Map<String, Integer> vectors = vectors(pipeline);
    Map<String, Optional<Kind>> stated = stated(pipeline, vectors);
    requireColumns(file, stated, avroNames);
    boolean all = pipeline.input().features().isEmpty();
    boolean open = all || stated.values().stream().anyMatch(Optional::isEmpty);
    List<Column> columns = open ? ColumnTypes.of(file, options).columns() : List.of();
    List<AvroRows.Field> fields = new ArrayList<>();
    vectors.forEach((name, items) -> fields.add(vector(file, name, items, avroNames)));
    for (int i = 0; i < names.size(); i++) {
      Optional<Kind> kind = stated.get(avroNames.get(i));
      if (kind != null && kind.isPresent()) {
        fields.add(new AvroRows.Field(i, avroNames.get(i), names.get(i), kind.get(), true));
      } else if (kind != null || all) {
        fields.add(field(columns.get(i)));
      }
    }
    return fields;
  }

  /** The pipeline's vectors that say their length, which a file holds in as many columns. */
  private static Map<String, Integer> vectors(Pipeline pipeline) {
    Map<String, Integer> vectors = new LinkedHashMap<>();
    for (Pipeline.Feature feature : pipeline.input().features().orElse(List.of())) {
      if (feature.type().equals(Optional.of(FeatureType.VECTOR))) {
        vectors.put(feature.name(), feature.size().orElseThrow());
      }
    }
    return vectors;
  }

  private static AvroRows.Field vector(Path file, String name, int items, List<String> avroNames) {
    int first = avroNames.indexOf(name + "_0");
    for (int i = 0; i < items; i++) {
      String wanted = name + "_" + i;
      if (first < 0 || first + i >= avroNames.size() || !avroNames.get(first + i).equals(wanted)) {
        throw new CsvException(
            "%s has no column '%s' for the pipeline's vector '%s'; a vector of %d is as many columns in a row, %s_0 to %s_%d"
                .formatted(file, wanted, name, items, name, name, items - 1));
      }
    }
    return AvroRows.Field.vector(first, name, items);
  }

  /** The other fields that the pipeline names; without a kind where only the rows can tell it. */
  private static Map<String, Optional<Kind>> stated(
      Pipeline pipeline, Map<String, Integer> vectors) {
    Map<String, Optional<Kind>> stated = new HashMap<>();
    for (Pipeline.Feature feature : pipeline.input().features().orElse(List.of())) {
      boolean cross = feature.type().equals(Optional.of(FeatureType.CROSS));
      if (!vectors.containsKey(feature.name()) && !cross) {
        stated.merge(
            feature.name(),
            kind(feature),
            (one, other) -> one.equals(other) ? one : Optional.empty());
      }
    }
    pipeline.input().key().ifPresent(key -> stated.put(key, Optional.of(Kind.STRING)));
    pipeline.input().timestamp().ifPresent(time -> stated.put(time, Optional.empty()));
    pipeline.label().weight().ifPresent(w -> stated.put(w, Optional.of(Kind.DOUBLE)));
    List<String> classes = pipeline.label().classes();
    boolean allTyped =
        pipeline.input().features().isPresent()
            && stated.values().stream().allMatch(Optional::isPresent);
    Optional<Kind> label =
        classes.isEmpty()
            ? (allTyped ? Optional.of(Kind.DOUBLE) : Optional.empty())
            : Optional.of(labelKind(classes));
    stated.put(pipeline.label().field(), label);
    return stated;
  }

  /** What the cells must be for the feature; empty if their rows are to tell. */
  private static Optional<Kind> kind(Pipeline.Feature feature) {
    return feature
        .type()
        .map(
            type ->
                switch (type) {
                  case NUMERIC, DISCRETIZED -> Kind.DOUBLE;
                  case ONE_HOT, HASHED, GROWING, TEXT, BAG -> Kind.STRING;
                  case TIME -> feature.more().unit().isPresent() ? Kind.LONG : Kind.STRING;
                  case VECTOR, CROSS -> throw new AssertionError("these have no column");
                });
  }

  /** Numbers stay numbers, also as classes. */
  private static Kind labelKind(List<String> classes) {
    if (classes.stream().allMatch(c -> c.matches("-?[0-9]{1,18}"))) {
      return Kind.LONG;
    }
    return classes.stream().allMatch(c -> c.equals("true") || c.equals("false"))
        ? Kind.BOOLEAN
        : Kind.STRING;
  }

  private static void requireColumns(
      Path file, Map<String, Optional<Kind>> stated, List<String> avroNames) {
    stated.keySet().stream()
        .filter(name -> !avroNames.contains(name))
        .sorted()
        .findFirst()
        .ifPresent(
            name -> {
              throw new CsvException(
                  "%s has no column for the pipeline's field '%s'%s; its columns are %s"
                      .formatted(
                          file,
                          name,
                          Words.didYouMean(name, avroNames),
                          String.join(", ", avroNames)));
            });
  }
}
