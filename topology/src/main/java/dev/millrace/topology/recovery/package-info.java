/**
 * A model's past: reads published copies and the log, makes a model again from them, and compares
 * or puts back what comes of it.
 */
package dev.millrace.topology.recovery;
