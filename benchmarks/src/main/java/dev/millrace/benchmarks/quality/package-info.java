/**
 * How well models predict: {@code init} and {@code eval} with nothing tuned, over real data sets,
 * beside logistic regression at several rates and what has been published.
 */
package dev.millrace.benchmarks.quality;
