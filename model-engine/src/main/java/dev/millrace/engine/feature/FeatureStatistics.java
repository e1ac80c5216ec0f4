package dev.millrace.engine.feature;

import java.util.OptionalInt;

/**
 * What is known of the values of one feature so far.
 *
 * @param count of values that have joined the mean; 0 where the feature has none
 * @param mean NaN where there is none: of categories, texts and vectors
 * @param deviation of the population; NaN where there is none
 * @param texts that a growing feature knows; empty for others
 */
public record FeatureStatistics(
    String name, FeatureKind kind, long count, double mean, double deviation, OptionalInt texts) {}
