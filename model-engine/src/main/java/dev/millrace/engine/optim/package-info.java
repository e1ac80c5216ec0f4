/** Optimisers: one step from a gradient. Knows no layers and no losses. */
package dev.millrace.engine.optim;
