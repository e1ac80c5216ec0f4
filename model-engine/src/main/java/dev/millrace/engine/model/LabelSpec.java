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
 * @param delay how many events a label comes late; 0 if it comes with its event
 * @param coverage the share of labels that lie within the bounds of their predictions; 0 if there
 *     are no bounds
 * @param imbalance what is done about rare classes; null if nothing is
 */
public record LabelSpec(
    String field,
    List<String> classes,
    @JsonInclude(JsonInclude.Include.NON_NULL) String weight,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int delay,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) double coverage,
    @JsonInclude(JsonInclude.Include.NON_NULL) ImbalanceSpec imbalance) {
  /** The latest that a label may come: each event that waits is a block in the state store. */
  public static final int DELAY_MAX = 100_000;

  @JsonCreator
  public LabelSpec {
    classes = List.copyOf(classes);
    if (classes.size() == 1) {
      throw new IllegalArgumentException("a classification needs two classes, classes=" + classes);
    }
    if (field.equals(weight)) {
      throw new IllegalArgumentException("the label cannot be its own weight, field=" + field);
    }
    if (delay < 0 || delay > DELAY_MAX) {
      throw new IllegalArgumentException(
          "delay must be 0 to %,d events, delay=%,d".formatted(DELAY_MAX, delay));
    }
    if (!(coverage >= 0 && coverage < 1)) {
      throw new IllegalArgumentException("coverage must be 0 or below 1, coverage=" + coverage);
    }
    imbalance = imbalance == null || imbalance.isNone() ? null : imbalance;
    if (imbalance != null) {
      imbalance.requireFor(classes);
    }
  }

  /** A label whose events all count 1. */
  public LabelSpec(String field, List<String> classes) {
    this(field, classes, null);
  }

  /** A label that comes with its event. */
  public LabelSpec(String field, List<String> classes, String weight) {
    this(field, classes, weight, 0);
  }

  /** A label without bounds. */
  public LabelSpec(String field, List<String> classes, String weight, int delay) {
    this(field, classes, weight, delay, 0);
  }

  /** A label that does nothing about rare classes. */
  public LabelSpec(String field, List<String> classes, String weight, int delay, double coverage) {
    this(field, classes, weight, delay, coverage, null);
  }

  /** What is done about rare classes, which may be nothing. */
  public ImbalanceSpec imbalanceOrNone() {
    return imbalance == null ? ImbalanceSpec.NONE : imbalance;
  }

  @JsonIgnore
  public boolean isClassification() {
    return !classes.isEmpty();
  }
}
