/**
 * Layers, each with its forward and its backward pass. Knows no loss, no optimiser and not which
 * layer comes next.
 */
package dev.millrace.engine.layer;
