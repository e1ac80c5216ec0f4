/**
 * Where each named tensor lies in a model's flat array, and what it holds at first. Knows no
 * arithmetic of layers.
 */
package dev.millrace.engine.params;
