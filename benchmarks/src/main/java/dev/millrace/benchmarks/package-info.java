/** Measurements of Millrace, run by hand; nothing here decides whether a build is good. */
package dev.millrace.benchmarks;
