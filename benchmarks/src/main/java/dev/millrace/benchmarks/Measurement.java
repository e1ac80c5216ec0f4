package dev.millrace.benchmarks;

import java.util.Map;

/**
 * What came out for one contestant of a benchmark.
 *
 * @param spreads figures that differ from round to round, by name with the unit last
 * @param figures single figures, by name with the unit last
 * @param profile shares of a profiled round in percent, by what is shared out; empty if there was
 *     no such round
 */
public record Measurement(
    String benchmark,
    String name,
    Map<String, Spread> spreads,
    Map<String, Double> figures,
    Map<String, Map<String, Double>> profile) {}
