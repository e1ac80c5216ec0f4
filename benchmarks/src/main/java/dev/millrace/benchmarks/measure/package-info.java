/**
 * How a step is timed, whoever makes it. Knows the JDK alone, so that peers in JVMs of their own
 * run the same code on the same data.
 */
package dev.millrace.benchmarks.measure;
