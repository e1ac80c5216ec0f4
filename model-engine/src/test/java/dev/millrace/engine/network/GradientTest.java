package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
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

  /** Exponentials of exponentials would be too large to compare. */
  private static final EnumSet<Activation> HIDDEN =
      EnumSet.complementOf(EnumSet.of(Activation.EXPONENTIAL));

  private static final List<LossSpec> LOSSES =
      List.of(
          LossSpec.CATEGORICAL_CROSSENTROPY,
          LossSpec.of("categorical_crossentropy", Map.of("label_smoothing", 0.2)),
          LossSpec.of("sparse_categorical_crossentropy", Map.of("label_smoothing", 0.1)),
          LossSpec.CATEGORICAL_FOCAL_CROSSENTROPY,
          LossSpec.of(
              "categorical_focal_crossentropy",
              Map.of("alpha", 0.9, "gamma", 0.5, "label_smoothing", 0.1)),
          LossSpec.of("categorical_focal_crossentropy", Map.of("gamma", 0.0)),
          LossSpec.of("binary_crossentropy", Map.of("label_smoothing", 0.1)),
          LossSpec.BINARY_FOCAL_CROSSENTROPY,
          LossSpec.of(
              "binary_focal_crossentropy",
              Map.of("apply_class_balancing", 1.0, "gamma", 1.5, "label_smoothing", 0.2)),
          LossSpec.of("binary_focal_crossentropy", Map.of("gamma", 0.0)),
          LossSpec.HINGE,
          LossSpec.SQUARED_HINGE,
          LossSpec.MEAN_ABSOLUTE_ERROR,
          LossSpec.HUBER,
          LossSpec.of("huber", Map.of("delta", 0.3)),
          LossSpec.LOG_COSH,
          LossSpec.of("quantile", Map.of("quantile", 0.9)),
          LossSpec.POISSON);

  /**
   * Every activation, hidden and at the output, with the losses that it is most used with; and
   * every loss with all outputs that it allows.
   */
  static List<Arguments> combinations() {
    List<Arguments> all = new ArrayList<>();
    for (KernelChoice.Mode mode : List.of(KernelChoice.Mode.PLAIN, KernelChoice.Mode.VECTOR)) {
      for (Activation hidden : HIDDEN) {
        LossSpec classes = LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY;
        all.add(Arguments.of(mode, hidden, Activation.SOFTMAX, classes, 4));
        all.add(Arguments.of(mode, hidden, Activation.SIGMOID, LossSpec.BINARY_CROSSENTROPY, 1));
        all.add(Arguments.of(mode, hidden, Activation.SIGMOID, LossSpec.BINARY_CROSSENTROPY, 3));
        for (Activation output : Activation.values()) {
          all.add(Arguments.of(mode, hidden, output, LossSpec.MEAN_SQUARED_ERROR, 3));
        }
      }
      for (LossSpec loss : LOSSES) {
        for (Activation output : loss.kind().activations()) {
          all.add(Arguments.of(mode, Activation.TANH, output, loss, 3));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void gradientsAreThoseOfFiniteDifferences(
      KernelChoice.Mode mode, Activation hidden, Activation output, LossSpec loss, int outputs) {
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
    float[] learned = new float[(int) network.layout().size()];
    fill(learned, 1, hidden == Activation.EXPONENTIAL ? 0.25 : 0.7); // else it runs away
    Flat.set(network, learned);
    float[] x = new float[ROWS * INPUTS];
    fill(x, 2, 1);
    float[] targets = targets(loss, outputs);
    double[] parameters = toDouble(learned, 0, learned.length);
    double[][] rows = rows(x, INPUTS);
    double[][] rowTargets = rows(targets, network.targetsPerRow());
    DoubleNetwork exact = new DoubleNetwork(layers, loss);
    float[] weights = {1f, 0.25f, 2f, 0f, 3f, 0.7f};
    double[] rowWeights = toDouble(weights, 0, ROWS);

    float[] y = network.forward(x, 0, ROWS).clone();
    float[] losses = network.losses(targets, 0, ROWS).clone();
    float[] dx = new float[ROWS * INPUTS];
    network.inputGradient(x, 0, ROWS, outputs - 1, dx);
    checkForward(exact, parameters, rows, rowTargets, y, losses);
    checkInputGradient(exact, parameters, rows, outputs - 1, dx);

    assertThat(network.learn(targets, 0, weights, 0, ROWS)).isTrue();
    learned = Flat.copyOf(network);
    double scale = 0;
    double[] numeric = new double[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      double weight = parameters[i];
      parameters[i] = weight + STEP;
      double above = exact.meanLoss(parameters, rows, rowTargets, rowWeights);
      parameters[i] = weight - STEP;
      double below = exact.meanLoss(parameters, rows, rowTargets, rowWeights);
      parameters[i] = weight;
      numeric[i] = (above - below) / (2 * STEP);
      scale = Math.max(scale, Math.abs(numeric[i]));
    }
    for (int i = 0; i < parameters.length; i++) {
      // The subtraction of the step rounds at the weight's magnitude, 2^-24 of at most 1.
      double analytic = parameters[i] - learned[i];
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
    double[] ones = new double[ROWS];
    Arrays.fill(ones, 1);
    double meanLoss = exact.meanLoss(parameters, rows, targets, ones);
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

  private static float[] targets(LossSpec loss, int outputs) {
    boolean sparse = loss.name().startsWith("sparse");
    float[] targets = new float[sparse ? ROWS : ROWS * outputs];
    for (int i = 0; i < targets.length; i++) {
      double u = CounterRandom.uniform(5, 3, i);
      targets[i] =
          switch (loss.kind()) {
            case CLASSES -> (float) (sparse ? Math.floor(u * outputs) : u);
            case YES_OR_NO, MARGIN -> Math.round(u);
            case VALUE -> (float) (2 * u - 1);
            case COUNT -> (float) Math.floor(4 * u);
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
