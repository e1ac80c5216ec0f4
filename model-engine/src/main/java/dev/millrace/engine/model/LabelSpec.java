package dev.millrace.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The field to predict.
 *
 * @param classes the classes in the order of the outputs; empty for a regression
 * @param weight the field that says how much an event counts in learning; null if all count 1
 */
public record LabelSpec(
    String field, List<String> classes, @JsonInclude(JsonInclude.Include.NON_NULL) String weight) {
  @JsonCreator
  public LabelSpec {
    classes = List.copyOf(classes);
    if (classes.size() == 1) {
      throw new IllegalArgumentException("a classification needs two classes, classes=" + classes);
    }
    if (field.equals(weight)) {
      throw new IllegalArgumentException("the label cannot be its own weight, field=" + field);
    }
  }

  /** A label whose events all count 1. */
  public LabelSpec(String field, List<String> classes) {
    this(field, classes, null);
  }

  @JsonIgnore
  public boolean isClassification() {
    return !classes.isEmpty();
  }
}
