package dev.millrace.topology.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The types that a pipeline file gives its features. */
public enum FeatureType {
  NUMERIC,
  ONE_HOT,
  HASHED,
  GROWING,
  VECTOR,
  TEXT,
  BAG,
  DISCRETIZED,
  /** Several features, one for each part of the time. */
  TIME,
  CROSS;

  /** The word of the file. */
  public String yamlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static List<String> yamlNames() {
    return Arrays.stream(values()).map(FeatureType::yamlName).toList();
  }

  static FeatureType of(String yamlName) {
    return valueOf(yamlName.toUpperCase(Locale.ROOT));
  }

  /** Whether it has categories and no numbers, so that there is nothing to normalize. */
  boolean isCategory() {
    return this != NUMERIC && this != VECTOR && this != TIME;
  }

  /** Whether its size is a number of buckets. */
  boolean isHashed() {
    return this == HASHED || this == TEXT || this == BAG || this == CROSS;
  }
}
