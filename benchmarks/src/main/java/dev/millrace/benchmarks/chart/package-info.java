/** Curves as SVG. */
package dev.millrace.benchmarks.chart;
