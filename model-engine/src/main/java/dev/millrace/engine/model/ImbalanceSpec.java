package dev.millrace.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;

/**
 * What is done about classes of which one comes far more often than another.
 *
 * @param classWeight what an event's weight is multiplied with, by class; empty for none
 * @param balanced whether it is multiplied with n / (classes · count of its class) instead, by the
 *     labels learned so far
 * @param undersampling null if every labelled event is learned
 * @param threshold null if the most probable class is said
 */
public record ImbalanceSpec(
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Double> classWeight,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean balanced,
    @JsonInclude(JsonInclude.Include.NON_NULL) Undersampling undersampling,
    @JsonInclude(JsonInclude.Include.NON_NULL) Threshold threshold) {
  /** Nothing is done. */
  public static final ImbalanceSpec NONE = new ImbalanceSpec(List.of(), false, null, null);

  /** The largest weight of a class. */
  public static final double CLASS_WEIGHT_MAX = 1e6;

  @JsonCreator
  public ImbalanceSpec {
    classWeight = classWeight == null ? List.of() : List.copyOf(classWeight);
    if (balanced && !classWeight.isEmpty()) {
      throw new IllegalArgumentException("classes have either stated weights or balanced ones");
    }
    for (double weight : classWeight) {
      if (!(weight >= 0 && weight <= CLASS_WEIGHT_MAX)) {
        throw new IllegalArgumentException("a class weight must be 0 to 1e6, weight=" + weight);
      }
    }
  }

  /**
   * Of some classes only a share of the events is learned.
   *
   * @param rate the share, greater than 0 and less than 1
   * @param classes of which only so many are learned
   * @param correction whether what is learned of them weighs 1 / rate
   */
  public record Undersampling(double rate, List<String> classes, boolean correction) {
    public Undersampling {
      classes = List.copyOf(classes);
      if (!(rate > 0 && rate < 1) || classes.isEmpty()) {
        throw new IllegalArgumentException(
            "undersampling needs a rate between 0 and 1 and a class, rate=%s, classes=%s"
                .formatted(rate, classes));
      }
    }
  }

  /**
   * From which probability on the second of two classes is said.
   *
   * @param value the probability; null if it is chosen
   * @param metric what it is chosen for; null if it is stated
   */
  public record Threshold(
      @JsonInclude(JsonInclude.Include.NON_NULL) Double value,
      @JsonInclude(JsonInclude.Include.NON_NULL) Metric metric) {
    public Threshold {
      if ((value == null) == (metric == null)) {
        throw new IllegalArgumentException("a threshold is either stated or chosen for a metric");
      }
      if (value != null && !(value > 0 && value < 1)) {
        throw new IllegalArgumentException("threshold must be between 0 and 1, value=" + value);
      }
    }
  }

  /** What a threshold can be chosen for. */
  public enum Metric {
    F1,
    BALANCED_ACCURACY,
    ACCURACY,
    KAPPA;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @JsonIgnore
  public boolean isNone() {
    return equals(NONE);
  }

  /** Throws unless it fits the classes. */
  void requireFor(List<String> classes) {
    if (isNone()) {
      return;
    }
    if (classes.isEmpty()) {
      throw new IllegalArgumentException(
          "class_weight, undersampling and threshold are of classes, the label is a number");
    }
    if (!classWeight.isEmpty() && classWeight.size() != classes.size()) {
      throw new IllegalArgumentException(
          "%d class weights of %d classes".formatted(classWeight.size(), classes.size()));
    }
    if (undersampling != null && !classes.containsAll(undersampling.classes())) {
      throw new IllegalArgumentException(
          "undersampling is of %s, the classes are %s".formatted(undersampling.classes(), classes));
    }
    if (threshold != null && classes.size() != 2) {
      throw new IllegalArgumentException(
          "a threshold is between two classes, classes=" + classes.size());
    }
  }
}
