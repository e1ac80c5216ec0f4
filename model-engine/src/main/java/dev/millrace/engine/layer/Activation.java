package dev.millrace.engine.layer;

import java.util.Locale;

/** What a layer applies to its sums, by Keras' names and with Keras' defaults. */
public enum Activation {
  LINEAR,
  RELU,
  LEAKY_RELU,
  RELU6,
  ELU,
  SELU,
  GELU,
  SILU,
  SOFTPLUS,
  SOFTSIGN,
  SIGMOID,
  HARD_SIGMOID,
  TANH,
  MISH,
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
