/** Losses with their gradients. Knows no layers but their outputs, and no optimiser. */
package dev.millrace.engine.loss;
