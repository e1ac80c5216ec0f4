/** Copies of a model on a topic, whole and checkable. Does not know how the model learns. */
package dev.millrace.topology.snapshot;
