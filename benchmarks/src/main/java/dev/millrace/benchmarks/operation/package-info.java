/**
 * A pipeline in operation, seen from outside its process: how long it takes to come back, how much
 * memory it keeps, and how soon its served models answer. Knows nothing of what it computes.
 */
package dev.millrace.benchmarks.operation;
