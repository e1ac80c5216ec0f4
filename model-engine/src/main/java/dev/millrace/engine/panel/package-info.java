/**
 * Several small networks over the same features, mixed by how well each has done: what {@code
 * model: auto} is. Does not know where rows come from.
 */
package dev.millrace.engine.panel;
