package dev.millrace.engine.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.io.IOException;
import java.io.InputStream;

/** The data, the initial weights and the reference figures of {@code keras_primer.py}. */
final class KerasPrimer {
  static final int ROWS = 640;
  static final int INPUTS = 1000;

  private KerasPrimer() {}

  /** u(stream, i) of the reference program. */
  static double u(long stream, long i) {
    return (CounterRandom.splitmix64((stream << 32) + i) >>> 11) * 0x1p-53;
  }

  static float[] x() {
    return fill(1, ROWS * INPUTS, 1);
  }

  static float[] labels(float[] x) {
    float[] labels = new float[ROWS];
    for (int row = 0; row < ROWS; row++) {
      double best = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < 10; k++) {
        double score = 0;
        for (int c = 0; c < 50; c++) {
          score += x[row * INPUTS + c] * (2 * u(2, k * 50 + c) - 1);
        }
        if (score > best) {
          best = score;
          labels[row] = k;
        }
      }
    }
    return labels;
  }

  static Sequential model(KernelChoice.Mode mode) {
    Sequential model =
        Sequential.input(INPUTS)
            .dense(512, Activation.RELU)
            .dense(10, Activation.SOFTMAX)
            .kernels(mode)
            .compile(OptimizerSpec.of("adam"), LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY);
    model.setWeights("dense_0/kernel", fill(3, INPUTS * 512, Math.sqrt(6.0 / 1512)));
    model.setWeights("dense_1/kernel", fill(4, 512 * 10, Math.sqrt(6.0 / 522)));
    return model;
  }

  private static float[] fill(long stream, int size, double scale) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) ((2 * u(stream, i) - 1) * scale);
    }
    return values;
  }

  static JsonNode reference() throws IOException {
    try (InputStream in = KerasPrimer.class.getResourceAsStream("/keras_primer.json")) {
      return new ObjectMapper().readTree(in);
    }
  }
}
