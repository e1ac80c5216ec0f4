package dev.millrace.engine.loss;

import java.util.Locale;

/**
 * What training makes smaller, by Keras' names. A target is one float a row: the class index for
 * the cross-entropies (0 or 1 for the binary one), the value for a regression. The binary one and
 * the squared error take one for each output, and are their mean.
 */
public enum Loss {
  CATEGORICAL_CROSSENTROPY,
  BINARY_CROSSENTROPY,
  MEAN_SQUARED_ERROR;

  /** Keras' name: {@code categorical_crossentropy}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return kerasName();
  }
}
