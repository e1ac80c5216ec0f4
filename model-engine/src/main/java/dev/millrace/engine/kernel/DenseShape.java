package dev.millrace.engine.kernel;

/**
 * The sizes of one dense layer, and where its weights lie in the flat arrays of parameters and
 * gradients.
 *
 * @param inputs the width of a row of x
 * @param outputs the width of a row of y
 * @param kernelOffset where W [inputs][outputs] begins
 * @param biasOffset where b [outputs] begins
 */
public record DenseShape(int inputs, int outputs, int kernelOffset, int biasOffset) {}
