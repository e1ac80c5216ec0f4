package dev.millrace.engine;

/**
 * What predictions tell beside what they say. It changes no prediction and no model.
 *
 * @param attributions how many features are told that had most to do with it; 0 for none
 * @param attributionSteps the steps of integrated gradients
 * @param expertWeights whether the weight of each expert of a panel is told
 */
public record PredictionDetail(int attributions, int attributionSteps, boolean expertWeights) {
  /** The steps where none are stated. */
  public static final int STEPS = 16;

  /** Nothing beside. */
  public static final PredictionDetail NONE = new PredictionDetail(0, STEPS, false);

  public PredictionDetail {
    if (attributions < 0 || attributionSteps < 1) {
      throw new IllegalArgumentException(
          "attributions must be at least 0 and steps 1, attributions=%d, steps=%d"
              .formatted(attributions, attributionSteps));
    }
  }
}
