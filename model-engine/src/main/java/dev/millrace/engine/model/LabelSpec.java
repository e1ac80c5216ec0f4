package dev.millrace.engine.model;

import java.util.List;

/**
 * The field to predict.
 *
 * @param classes the classes in the order of the outputs; empty for a regression
 */
public record LabelSpec(String field, List<String> classes) {
  public LabelSpec {
    classes = List.copyOf(classes);
    if (classes.size() == 1) {
      throw new IllegalArgumentException("a classification needs two classes, classes=" + classes);
    }
  }

  @com.fasterxml.jackson.annotation.JsonIgnore
  public boolean isClassification() {
    return !classes.isEmpty();
  }
}
