package dev.millrace.engine.panel;

import dev.millrace.engine.state.StateArray;
import java.util.List;

/**
 * Makes one prediction of what the experts say of a row, and learns whom to trust from the label.
 * Sums go over the experts in their order, in double precision.
 *
 * <p>A mixer learns by its trust, 1 / (1 + delay): of labels that come late, delay + 1 in a row say
 * how the experts did at one time, and count as one.
 */
interface Mixer {
  /** Trusts all alike. */
  void reset();

  /**
   * The prediction.
   *
   * @param said [experts][outputs] from saidAt, all finite
   * @param mixed receives [outputs] from mixedAt
   */
  void mix(float[] said, int saidAt, float[] mixed, int mixedAt);

  /**
   * How one output of the mixture changes with what the experts say.
   *
   * @param output which, from 0
   * @param gradient receives [experts][outputs]
   */
  void gradient(float[] said, int saidAt, int output, double[] gradient);

  /** Says that what experts said is no longer what was mixed last. */
  void changed();

  /**
   * Learns from a label.
   *
   * @param said what the experts said of the row
   * @param target the class or the value
   * @param weight how much the row counts
   */
  void learn(float[] said, int saidAt, float target, float weight);

  /**
   * Adds weight·loss for each expert and behind them the mixture, of the row that was learned last:
   * the log loss, or the absolute error.
   *
   * @param said as {@link #learn} had it, with the mixture behind the experts
   */
  void addLosses(float[] said, int saidAt, float target, float weight, double[] losses);

  /** How much each expert counts now; together 1. */
  double[] weights();

  /** What must survive. */
  List<StateArray> state(String prefix);
}
