/**
 * What a model is, apart from its numbers, and the file that holds both. Does not know how events
 * are read nor who asks.
 */
package dev.millrace.engine.model;
