/** Processes that do the measuring, all on the same core, one after another. */
package dev.millrace.benchmarks.process;
