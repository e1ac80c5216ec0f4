/**
 * Layers, a loss and an optimiser joined over one flat array of parameters. Knows no features, no
 * labels as words, no metrics over time and no files.
 */
package dev.millrace.engine.network;
