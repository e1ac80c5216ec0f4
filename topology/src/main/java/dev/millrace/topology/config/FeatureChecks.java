package dev.millrace.topology.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the shape of {@code input.features} cannot say: settings that contradict each other. */
final class FeatureChecks {
  /** Settings that only some types have. */
  private static final Map<String, List<FeatureType>> OF_TYPES =
      Map.ofEntries(
          Map.entry("categories", List.of(FeatureType.ONE_HOT)),
          Map.entry(
              "buckets",
              List.of(FeatureType.HASHED, FeatureType.TEXT, FeatureType.BAG, FeatureType.CROSS)),
          Map.entry("size", List.of(FeatureType.VECTOR, FeatureType.GROWING)),
          Map.entry("min_count", List.of(FeatureType.GROWING)),
          Map.entry("expire_after", List.of(FeatureType.GROWING)),
          Map.entry("transform", List.of(FeatureType.NUMERIC)),
          Map.entry("lag", List.of(FeatureType.NUMERIC, FeatureType.ONE_HOT)),
          Map.entry("bounds", List.of(FeatureType.DISCRETIZED)),
          Map.entry("cross", List.of(FeatureType.CROSS)),
          Map.entry("words", List.of(FeatureType.TEXT)),
          Map.entry("chars", List.of(FeatureType.TEXT)),
          Map.entry("weight", List.of(FeatureType.TEXT, FeatureType.BAG)),
          Map.entry("idf", List.of(FeatureType.TEXT, FeatureType.BAG)),
          Map.entry("parts", List.of(FeatureType.TIME)),
          Map.entry("encode", List.of(FeatureType.TIME)),
          Map.entry("unit", List.of(FeatureType.TIME)));

  private final Problems problems;

  FeatureChecks(Problems problems) {
    this.problems = problems;
  }

  void check(Value feature) {
    Optional<FeatureType> type = FeatureOptions.type(feature);
    OF_TYPES.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> only(feature, entry.getKey(), type, entry.getValue()));
    boolean cross = type.equals(Optional.of(FeatureType.CROSS));
    if (!cross && feature.get("name").isEmpty()) {
      problems.add(feature.node(), "name is missing; expected the name of an Avro field");
    } else if (cross && feature.get("cross").isEmpty()) {
      problems.add(feature.node(), "a cross needs its features; expected 'cross: [A, B]' here");
    } else if (cross && feature.get("name").isPresent()) {
      problems.add(
          feature.get("name").orElseThrow().node(),
          "a cross is read from no field; expected 'as' to name the feature, or nothing");
    }
    if (feature.get("size").isEmpty()) {
      if (type.equals(Optional.of(FeatureType.VECTOR))) {
        problems.add(feature.node(), "a vector needs its length; expected 'size: N' here");
      } else if (type.equals(Optional.of(FeatureType.GROWING))) {
        problems.add(
            feature.node(), "a growing needs the most texts it may know; expected 'size: N' here");
      }
    }
    normalize(feature, type);
    tokens(feature);
    bounds(feature);
    feature.get("categories").ifPresent(c -> distinct("category", c.elements()));
    feature.get("parts").ifPresent(c -> distinct("part", c.elements()));
    feature.get("cross").ifPresent(c -> distinct("feature", c.elements()));
  }

  private void normalize(Value feature, Optional<FeatureType> type) {
    if (type.isEmpty()) {
      return;
    }
    boolean stated =
        feature.flag("normalize").orElse(false) || feature.text("normalize").isPresent();
    if (stated && type.get().isCategory()) {
      problems.add(
          feature.get("normalize").orElseThrow().node(),
          "a " + type.get().yamlName() + " has no numbers to normalize; expected false or nothing");
    } else if (feature.text("normalize").isPresent() && type.get() != FeatureType.NUMERIC) {
      problems.add(
          feature.get("normalize").orElseThrow().node(),
          "robust is for numeric features, not for a "
              + type.get().yamlName()
              + "; expected true or false");
    }
  }

  private void tokens(Value feature) {
    List<Value> chars = feature.get("chars").map(Value::elements).orElse(List.of());
    boolean falls =
        chars.size() == 2
            && chars.get(0).content() instanceof Long shortest
            && chars.get(1).content() instanceof Long longest
            && longest < shortest;
    if (chars.size() > 2 || falls) {
      problems.add(
          feature.get("chars").orElseThrow().node(),
          "chars is no range of lengths; expected one length, or the shortest and the longest");
    }
    if (feature.whole("words").orElse(1L) == 0 && chars.isEmpty()) {
      problems.add(
          feature.get("words").orElseThrow().node(),
          "a text without words has no tokens; expected 'chars: [3, 5]' beside, or more words");
    }
  }

  private void bounds(Value feature) {
    List<Value> bounds = feature.get("bounds").map(Value::elements).orElse(List.of());
    for (int i = 1; i < bounds.size(); i++) {
      if (bounds.get(i).content() instanceof Double bound
          && bounds.get(i - 1).content() instanceof Double before
          && bound <= before) {
        problems.add(
            bounds.get(i).node(), "bounds must rise; expected a number greater than " + before);
      }
    }
  }

  private void only(
      Value feature, String setting, Optional<FeatureType> type, List<FeatureType> expected) {
    if (type.isPresent() && !expected.contains(type.get())) {
      feature
          .get(setting)
          .ifPresent(
              value ->
                  problems.add(
                      value.node(),
                      "'%s' does not go with type %s; expected type %s"
                          .formatted(setting, type.get().yamlName(), names(expected))));
    }
  }

  private static String names(List<FeatureType> types) {
    List<String> words = types.stream().map(FeatureType::yamlName).toList();
    int last = words.size() - 1;
    return last == 0
        ? words.getFirst()
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  void distinct(String what, List<Value> values) {
    Map<String, Value> seen = new HashMap<>();
    for (Value value : values) {
      if (value.text().isPresent() && seen.putIfAbsent(value.text().get(), value) != null) {
        problems.add(
            value.node(),
            what + " '" + value.text().get() + "' is listed twice; expected each once");
      }
    }
  }
}
