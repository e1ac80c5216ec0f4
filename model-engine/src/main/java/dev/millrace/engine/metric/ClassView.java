package dev.millrace.engine.metric;

import java.util.List;

/**
 * What the classes are and how far probabilities can be believed of late: fading sums, which are
 * weights and not counts.
 *
 * @param classes in the order of the label's
 * @param bins of the confidence, the lowest first
 */
public record ClassView(List<OfClass> classes, List<Bin> bins) {
  /** How often a class was the label, was said, and was said rightly. */
  public record OfClass(double labels, double predictions, double hits) {}

  /**
   * Predictions of about one confidence.
   *
   * @param events of that confidence
   * @param confidence sum of theirs
   * @param hits how many of them were right
   */
  public record Bin(double events, double confidence, double hits) {}
}
