package dev.millrace.engine.layer;

import java.util.Locale;

/** What a layer applies to its sums, by Keras' names. */
public enum Activation {
  LINEAR,
  RELU,
  SIGMOID,
  TANH,
  EXPONENTIAL,
  SOFTMAX;

  /** Keras' name: {@code relu}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return kerasName();
  }
}
