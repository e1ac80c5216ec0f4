/**
 * How well predictions turned out, over all labelled events and over the last ones, beside
 * baselines that learn nothing. Does not know who predicted.
 */
package dev.millrace.engine.metric;
