/**
 * A pipeline in operation, seen from outside its process: how long it takes to come back, and how
 * much memory it keeps. Knows nothing of what it computes.
 */
package dev.millrace.benchmarks.operation;
