package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.Loss;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine's gradients against central differences of an independent forward in double. The
 * gradient is read off one step of plain gradient descent with learning rate 1.
 */
class GradientTest {
  private static final int INPUTS = 7;
  private static final int ROWS = 6;
  private static final double STEP = 1e-5;

  /** Every activation, hidden and at the output, with every loss that fits. */
  static List<Arguments> combinations() {
    List<Arguments> all = new ArrayList<>();
    for (KernelChoice.Mode mode : List.of(KernelChoice.Mode.PLAIN, KernelChoice.Mode.VECTOR)) {
      for (Activation hidden : Activation.values()) {
        all.add(Arguments.of(mode, hidden, Activation.SOFTMAX, Loss.CATEGORICAL_CROSSENTROPY, 4));
        all.add(Arguments.of(mode, hidden, Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, 1));
        all.add(Arguments.of(mode, hidden, Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, 3));
        for (Activation output : Activation.values()) {
          all.add(Arguments.of(mode, hidden, output, Loss.MEAN_SQUARED_ERROR, 3));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void gradientsAreThoseOfFiniteDifferences(
      KernelChoice.Mode mode, Activation hidden, Activation output, Loss loss, int outputs) {
    List<LayerSpec> layers =
        List.of(
            LayerSpec.dense(9, hidden),
            LayerSpec.dense(5, hidden),
            LayerSpec.dense(outputs, output));
    Network network =
        new Network(
            INPUTS,
            layers,
            loss,
            OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)),
            ROWS,
            KernelChoice.select(mode).kernels());
    float[] weights = new float[(int) network.layout().size()];
    fill(weights, 1, hidden == Activation.EXPONENTIAL ? 0.25 : 0.7); // else it runs away
    Flat.set(network, weights);
    float[] x = new float[ROWS * INPUTS];
    fill(x, 2, 1);
    float[] targets = targets(loss, outputs);
    double[] parameters = toDouble(weights, 0, weights.length);
    double[][] rows = rows(x, INPUTS);
    double[][] rowTargets = rows(targets, network.targetsPerRow());
    DoubleNetwork exact = new DoubleNetwork(layers, loss);

    float[] y = network.forward(x, 0, ROWS).clone();
    float[] losses = network.losses(targets, 0, ROWS).clone();
    float[] dx = new float[ROWS * INPUTS];
    network.inputGradient(x, 0, ROWS, outputs - 1, dx);
    checkForward(exact, parameters, rows, rowTargets, y, losses);
    checkInputGradient(exact, parameters, rows, outputs - 1, dx);

    assertThat(network.learn(targets, 0, ROWS)).isTrue();
    weights = Flat.copyOf(network);
    double scale = 0;
    double[] numeric = new double[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      double weight = parameters[i];
      parameters[i] = weight + STEP;
      double above = exact.meanLoss(parameters, rows, rowTargets);
      parameters[i] = weight - STEP;
      double below = exact.meanLoss(parameters, rows, rowTargets);
      parameters[i] = weight;
      numeric[i] = (above - below) / (2 * STEP);
      scale = Math.max(scale, Math.abs(numeric[i]));
    }
    for (int i = 0; i < parameters.length; i++) {
      // The subtraction of the step rounds at the weight's magnitude, 2^-24 of at most 1.
      double analytic = parameters[i] - weights[i];
      assertThat(Math.abs(analytic - numeric[i]))
          .as("parameter %d: analytic %s, numeric %s", i, analytic, numeric[i])
          .isLessThan(1e-4 * Math.abs(numeric[i]) + 1e-5 * scale + 2e-7);
    }
  }

  private static void checkForward(
      DoubleNetwork exact,
      double[] parameters,
      double[][] rows,
      double[][] targets,
      float[] y,
      float[] losses) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] expected = exact.outputs(parameters, rows[row]);
      for (int j = 0; j < expected.length; j++) {
        assertThat(Math.abs(y[row * expected.length + j] - expected[j]))
            .isLessThan(2e-6 * Math.max(1, Math.abs(expected[j])));
      }
      sum += losses[row];
    }
    double meanLoss = exact.meanLoss(parameters, rows, targets);
    assertThat(Math.abs(sum / ROWS - meanLoss)).isLessThan(2e-6 * Math.max(1, meanLoss));
  }

  private static void checkInputGradient(
      DoubleNetwork exact, double[] parameters, double[][] rows, int output, float[] dx) {
    for (int row = 0; row < ROWS; row++) {
      for (int k = 0; k < INPUTS; k++) {
        double[] moved = rows[row].clone();
        moved[k] += STEP;
        double above = exact.outputs(parameters, moved)[output];
        moved[k] -= 2 * STEP;
        double below = exact.outputs(parameters, moved)[output];
        double numeric = (above - below) / (2 * STEP);
        assertThat(Math.abs(dx[row * INPUTS + k] - numeric))
            .as("input %d of row %d", k, row)
            .isLessThan(1e-4 * Math.abs(numeric) + 1e-6);
      }
    }
  }

  private static float[] targets(Loss loss, int outputs) {
    boolean classes = loss == Loss.CATEGORICAL_CROSSENTROPY;
    float[] targets = new float[classes ? ROWS : ROWS * outputs];
    for (int i = 0; i < targets.length; i++) {
      double u = CounterRandom.uniform(5, 3, i);
      targets[i] =
          switch (loss) {
            case CATEGORICAL_CROSSENTROPY -> (float) Math.floor(u * outputs);
            case BINARY_CROSSENTROPY -> Math.round(u);
            case MEAN_SQUARED_ERROR -> (float) (2 * u - 1);
          };
    }
    return targets;
  }

  private static void fill(float[] values, int purpose, double scale) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * CounterRandom.uniform(5, purpose, i) - 1) * scale);
    }
  }

  private static double[][] rows(float[] values, int width) {
    double[][] rows = new double[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      rows[row] = toDouble(values, row * width, width);
    }
    return rows;
  }

  private static double[] toDouble(float[] values, int from, int length) {
    double[] result = new double[length];
    for (int i = 0; i < length; i++) {
      result[i] = values[from + i];
    }
    return result;
  }
}
