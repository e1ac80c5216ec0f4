/**
 * Linear algebra in double precision: matrices, factorisations that say how far to trust them, and
 * recursive least squares. Knows no layer, no network and no event.
 */
package dev.millrace.engine.linalg;
