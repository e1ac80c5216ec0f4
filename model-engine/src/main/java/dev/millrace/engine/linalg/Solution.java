package dev.millrace.engine.linalg;

/**
 * What solves a linear system, and how far to trust it.
 *
 * @param x the solution, a column for each right-hand side
 * @param rcond the reciprocal of the estimated condition of the matrix in the 1-norm: about
 *     -log10(rcond) of 16 digits depend on the last digit of the matrix
 */
public record Solution(Matrix x, double rcond) {}
