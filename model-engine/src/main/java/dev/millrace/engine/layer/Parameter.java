package dev.millrace.engine.layer;

import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.params.Tensor;

/**
 * A tensor that is learned.
 *
 * @param l1 factor of Σ|w| in what learning makes smaller
 * @param l2 factor of Σw²
 */
public record Parameter(Tensor tensor, Initializer initializer, float l1, float l2) {}
