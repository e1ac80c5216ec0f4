package dev.millrace.engine;

/**
 * Events by what became of them. {@code labelled = learned + pending + rejected + undersampled}
 * always.
 *
 * @param predicted events predicted
 * @param labelled events predicted that carried a label
 * @param learned labelled events that a step learned from
 * @param pending labelled events in the partial batch, and those whose label comes late
 * @param waiting of the pending ones, those whose label is not known yet
 * @param rejected labelled events of skipped steps, of pauses and of when learning was held
 * @param undersampled labelled events of a frequent class that were left out of learning
 * @param skippedSteps steps not made because a loss or gradient was not finite
 * @param paused whether learning pauses, after {@value LearningPause#SKIPPED_MAX} such steps in a
 *     row
 */
public record Counters(
    long predicted,
    long labelled,
    long learned,
    long pending,
    long waiting,
    long rejected,
    long undersampled,
    long skippedSteps,
    boolean paused) {
  /** Of a model that has seen nothing. */
  public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0, 0, false);
}
