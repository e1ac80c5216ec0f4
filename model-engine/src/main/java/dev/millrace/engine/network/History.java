package dev.millrace.engine.network;

import java.util.List;

/**
 * What became of each epoch of {@link Sequential#fit}.
 *
 * @param epochs in the order in which they were learned
 */
public record History(List<Epoch> epochs) {
  public History {
    epochs = List.copyOf(epochs);
  }

  /**
   * One pass over all rows. Each row counts as it was predicted before its own batch's step.
   *
   * @param meanBatchLoss the mean over batches of the mean loss of their rows
   * @param accuracy the share of rows whose class was predicted: the largest output, or of
   *     yes-or-no answers the side of 1/2, of margins the side of 0; NaN for a regression
   * @param skippedSteps how many batches taught nothing, since a loss or gradient was not finite
   */
  public record Epoch(double meanBatchLoss, double accuracy, long skippedSteps) {}
}
