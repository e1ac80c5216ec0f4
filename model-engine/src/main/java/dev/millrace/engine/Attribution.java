package dev.millrace.engine;

/**
 * What one feature had to do with a prediction.
 *
 * @param feature its name
 * @param value how much it moved what was said away from the baseline: of the probability of the
 *     class that was said, or of the value in the label's unit
 */
public record Attribution(String feature, double value) {}
