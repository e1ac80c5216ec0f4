package dev.millrace.engine.panel;

/**
 * How one expert of a panel has done.
 *
 * @param weight its share in the mixture now, 0 to 1
 * @param loss the mean over all labelled events of its log loss in nats or, in a regression, of its
 *     absolute error as a multiple of the labels' standard deviation, each from what it said before
 *     it knew the label
 */
public record ExpertFigures(String name, double weight, double loss) {
  /** The name of the panel's own figures, beside those of its experts. */
  public static final String MIXTURE = "mixture";
}
