/**
 * Loops over float arrays, each written twice with the same bits as result. Knows no layer, no
 * loss, no optimiser's state and no network.
 */
package dev.millrace.engine.kernel;
