package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.state.StateBlocks;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** An output layer of recursive least squares, and what the layers before it learn through it. */
class LeastSquaresTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int INPUTS = 3;
  private static final int UNITS = 2;
  private static final int ROWS = 40;
  private static final int BATCH = 8;
  private static final double FORGETTING = 0.97;
  private static final float RATE = 0.125f;
  private static final OptimizerSpec SGD = OptimizerSpec.of("sgd", Map.of("learning_rate", 0.125));

  private final float[] x = LayerCase.uniform(1, ROWS * INPUTS, -1, 1);
  private final float[] targets = LayerCase.uniform(2, ROWS * UNITS, 100, 120);
  private final float[] weights = LayerCase.uniform(3, ROWS, 0, 2);

  private static LayerSpec.RecursiveLeastSquares squares(boolean backpropagate) {
    return new LayerSpec.RecursiveLeastSquares(
        "", List.of(), UNITS, true, 0.5, FORGETTING, 1e6, backpropagate);
  }

  private static Network network(OptimizerSpec optimizer, LayerSpec... layers) {
    Network network =
        new Network(
            INPUTS, List.of(layers), LossSpec.MEAN_SQUARED_ERROR, optimizer, BATCH, KERNELS);
    network.initialize(11);
    return network;
  }

  private static Network hidden(boolean backpropagate) {
    return network(SGD, LayerSpec.dense(4, Activation.TANH), squares(backpropagate));
  }

  private boolean step(Network network, int first, int rows) {
    network.forward(x, first * INPUTS, rows);
    return network.learn(targets, first * UNITS, weights, first, rows);
  }

  private void steps(Network network, int from, int to, int batch) {
    for (int first = from; first < to; first += batch) {
      assertThat(step(network, first, batch)).isTrue();
    }
  }

  private static byte[] digest(Network network) {
    return new StateBlocks(network.state("")).digest();
  }

  @Test
  void aBatchIsItsRowsOneAfterTheOther() {
    Network together = network(SGD, squares(true));
    Network apart = network(SGD, squares(true));
    steps(together, 0, ROWS, BATCH);
    steps(apart, 0, ROWS, 1);
    assertThat(digest(together)).isEqualTo(digest(apart));
    assertThat(together.steps()).isEqualTo(ROWS / BATCH);
  }

  /** Against central differences of the loss over the variance of the targets, in the weights. */
  @Test
  void layersBeforeItLearnAlongTheGradientOverTheVarianceOfTheTargets() {
    Network network = hidden(true);
    steps(network, 0, 16, BATCH);
    float[] before = network.parameters().clone();
    float[] expected = new float[before.length];
    for (int i = 0; i < before.length; i++) {
      network.parameters()[i] = before[i] + 1e-2f;
      double up = loss(network, 16);
      network.parameters()[i] = before[i] - 1e-2f;
      double down = loss(network, 16);
      network.parameters()[i] = before[i];
      expected[i] = (float) ((up - down) / 2e-2);
    }
    assertThat(step(network, 16, BATCH)).isTrue();
    double largest = 0;
    for (int i = 0; i < before.length; i++) {
      float gradient = (before[i] - network.parameters()[i]) / RATE;
      assertThat(gradient).isCloseTo(expected[i], within(2e-3f));
      largest = Math.max(largest, Math.abs(gradient));
    }
    assertThat(largest).isGreaterThan(0.1);
  }

  /** Σ weight·(y - t)² / variance / outputs / rows, with a variance for each output. */
  private double loss(Network network, int first) {
    float[] y = network.forward(x, first * INPUTS, BATCH);
    double sum = 0;
    for (int row = 0; row < BATCH; row++) {
      for (int j = 0; j < UNITS; j++) {
        double error = y[row * UNITS + j] - targets[(first + row) * UNITS + j];
        sum += weights[first + row] * error * error / variance(j, first + BATCH);
      }
    }
    return sum / (UNITS * BATCH);
  }

  /** In two passes over the rows so far, the older ones faded. */
  private double variance(int output, int rows) {
    double total = 0;
    double mean = 0;
    for (int row = 0; row < rows; row++) {
      double weight = weights[row] * StrictMath.pow(FORGETTING, rows - 1 - row);
      total += weight;
      mean += weight * targets[row * UNITS + output];
    }
    mean /= total;
    double squares = 0;
    for (int row = 0; row < rows; row++) {
      double weight = weights[row] * StrictMath.pow(FORGETTING, rows - 1 - row);
      squares +=
          weight * (targets[row * UNITS + output] - mean) * (targets[row * UNITS + output] - mean);
    }
    return squares / total;
  }

  @Test
  void layersBeforeItStayAsTheSeedMadeThemIfItDoesNotBackpropagate() {
    Network network = hidden(false);
    float[] before = network.parameters().clone();
    steps(network, 0, ROWS, BATCH);
    assertThat(network.parameters()).containsExactly(before);
    assertThat(network.steps()).isEqualTo(ROWS / BATCH);
    assertThat(digest(network)).isNotEqualTo(digest(hidden(false)));
  }

  /** Dropout drops from what the layers before are taught with, not from what W is learned of. */
  @Test
  void whatIsLearnedIsTheRowThatWasPredicted() {
    Network plain = network(SGD, squares(false));
    Network dropping = network(SGD, LayerSpec.dropout(0.5), squares(false));
    steps(plain, 0, ROWS, BATCH);
    steps(dropping, 0, ROWS, BATCH);
    assertThat(Arrays.copyOf(dropping.forward(x, 0, BATCH), BATCH * UNITS))
        .containsExactly(Arrays.copyOf(plain.forward(x, 0, BATCH), BATCH * UNITS));
  }

  @Test
  void aStepThatIsNotMadeChangesNoBit() {
    for (Network network : List.of(network(SGD, squares(true)), hidden(true), hidden(false))) {
      steps(network, 0, 16, BATCH);
      for (float poison : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 1e30f}) {
        changesNoBit(network, targets, 16 * UNITS + 9, poison);
      }
      changesNoBit(network, x, 16 * INPUTS + 9, Float.NaN);
      changesNoBit(network, weights, 16 + 3, 1e16f);
    }
    Network alone = network(SGD, squares(true));
    steps(alone, 0, 16, BATCH);
    changesNoBit(alone, x, 16 * INPUTS + 9, Float.POSITIVE_INFINITY);
    changesNoBit(alone, x, 16 * INPUTS + 9, Float.NEGATIVE_INFINITY);
  }

  private void changesNoBit(Network network, float[] array, int index, float poison) {
    byte[] own = digest(network);
    float[] before = network.parameters().clone();
    float good = array[index];
    array[index] = poison;
    assertThat(step(network, 16, BATCH)).isFalse();
    array[index] = good;
    assertThat(digest(network)).isEqualTo(own);
    assertThat(network.parameters()).containsExactly(before);
    assertThat(network.steps()).isEqualTo(2);
  }

  @Test
  void initializingForgetsEveryRow() {
    Network network = hidden(true);
    byte[] fresh = digest(network);
    steps(network, 0, ROWS, BATCH);
    network.initialize(11);
    assertThat(digest(network)).isEqualTo(fresh);
    assertThat(network.forward(x, 0, 1)).startsWith(0f, 0f);
  }

  @Test
  void categoriesAreColumnsBehindTheNumbers() {
    SequencedMap<String, Integer> fields = new LinkedHashMap<>();
    fields.put("user", 4);
    fields.put("shop", 2);
    LayerSpec layer = squares(true).at("rls", List.of("shop", "numbers"));
    Network sparse =
        new Network(
            INPUTS,
            fields,
            List.of(layer),
            LossSpec.MEAN_SQUARED_ERROR,
            SGD,
            BATCH,
            KERNELS,
            Workers.ONE);
    Network dense =
        new Network(
            INPUTS + 2, List.of(squares(true)), LossSpec.MEAN_SQUARED_ERROR, SGD, BATCH, KERNELS);
    float[] columns = new float[BATCH * (INPUTS + 2)];
    Entries entries = new Entries(2, BATCH);
    for (int row = 0; row < BATCH; row++) {
      System.arraycopy(x, row * INPUTS, columns, row * (INPUTS + 2), INPUTS);
      entries.add(row % 4, 1f);
      entries.endField();
      if (row % 3 > 0) { // else the shop is missing
        entries.add(4 + row % 2, 0.5f);
        columns[row * (INPUTS + 2) + INPUTS + row % 2] = 0.5f;
      }
      entries.endField();
    }
    for (int step = 0; step < 3; step++) {
      float[] said = sparse.forward(x, 0, entries, 0, BATCH).clone();
      assertThat(said).containsExactly(dense.forward(columns, 0, BATCH));
      assertThat(sparse.learn(targets, 0, BATCH)).isTrue();
      assertThat(dense.learn(targets, 0, BATCH)).isTrue();
    }
    float[] gradient = new float[BATCH * INPUTS];
    float[] entryGradient = new float[2 * BATCH];
    float[] all = new float[BATCH * (INPUTS + 2)];
    sparse.inputGradient(x, 0, entries, 0, BATCH, 1, gradient, entryGradient);
    dense.inputGradient(columns, 0, BATCH, 1, all);
    assertThat(Arrays.copyOf(gradient, INPUTS)).containsExactly(Arrays.copyOf(all, INPUTS));
    int entryOfRow1 = entries.start(1, 1);
    assertThat(entryGradient[entryOfRow1]).isEqualTo(all[INPUTS + 1]).isNotZero();
    assertThat(entryGradient[0]).as("of a field that it does not read").isZero();
  }

  @Test
  void whatItCannotTakeIsRefused() {
    assertThatThrownBy(() -> network(SGD, squares(true), LayerSpec.dense(2, Activation.LINEAR)))
        .hasMessage("recursive_least_squares is an output layer; expected it last, place=1");
    assertThatThrownBy(() -> network(SGD, LayerSpec.dense(2049, Activation.TANH), squares(true)))
        .hasMessage(
            "layer 'recursive_least_squares_0' reads at most 2,048 columns, of which an event costs"
                + " the square, columns=2,049; each category is a column: take fewer, or put a"
                + " dense layer or an embedding before it");
    assertThatThrownBy(
            () -> new Network(INPUTS, List.of(squares(true)), LossSpec.HUBER, SGD, BATCH, KERNELS))
        .hasMessageContaining("recursive_least_squares learns a number by mean_squared_error");
  }
}
