/** Figures over steps as TensorBoard reads them. Knows nothing of models. */
package dev.millrace.formats.tensorboard;
