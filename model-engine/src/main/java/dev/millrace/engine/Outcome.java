package dev.millrace.engine;

import java.util.List;
import java.util.Map;

/**
 * A prediction and, for a labelled event, how it turned out. One object reused for every
 * prediction: take what you need before you return.
 */
public final class Outcome {
  /** Offset of the event. */
  public long offset;

  /** Steps done before this prediction. */
  public long version;

  /** Probabilities in the order of the classes, or the one value. */
  public final float[] outputs;

  /** The most probable class, the first among equals, or by a threshold; 0 in a regression. */
  public int predictedClass;

  /** The value predicted; NaN in a classification. */
  public double predictedValue = Double.NaN;

  /**
   * The bounds of a regression's value that hold the stated share of labels; infinite where there
   * is none yet, NaN if none are asked for or in a classification.
   */
  public double lower = Double.NaN;

  public double upper = Double.NaN;

  /**
   * The classes with at least this probability hold the stated share of labels; NaN if that is not
   * asked for or in a regression.
   */
  public double setProbabilityMin = Double.NaN;

  /** Whether the event has a label; without one {@link #label} and {@link #loss} are NaN. */
  public boolean labelled;

  /** The class index or the value. */
  public double label;

  /**
   * Log loss in nats of the outputs as probabilities, or the squared error in the label's unit: the
   * same whichever loss is learned, and without the event's weight.
   */
  public double loss;

  /**
   * The features that had most to do with it, the largest by magnitude first; empty if they are not
   * asked for or none had.
   */
  public List<Attribution> attributions = List.of();

  /** What would have been said of a row of means and of no category; NaN without attributions. */
  public double attributionBaseline = Double.NaN;

  /** How much each expert of a panel counts, by its name; empty if that is not asked for. */
  public Map<String, Double> expertWeights = Map.of();

  Outcome(int outputs) {
    this.outputs = new float[outputs];
  }

  /** Takes each prediction, in the order of the events. */
  @FunctionalInterface
  public interface Consumer {
    void accept(Outcome outcome);
  }
}
