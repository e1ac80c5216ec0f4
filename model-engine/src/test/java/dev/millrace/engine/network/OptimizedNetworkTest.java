package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.LearningRate;
import dev.millrace.engine.optim.Optimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.random.CounterRandom;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a network does around its optimiser: clipping, and gradients at the training point. */
class OptimizedNetworkTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int ROWS = 8;
  private static final int INPUTS = 5;

  private final float[] x = new float[ROWS * INPUTS];
  private final float[] targets = new float[ROWS];

  OptimizedNetworkTest() {
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (4 * CounterRandom.uniform(3, 1, i) - 2);
    }
    for (int row = 0; row < ROWS; row++) {
      targets[row] = (float) (10 * CounterRandom.uniform(3, 2, row));
    }
  }

  private static Network network(OptimizerSpec optimizer) {
    List<LayerSpec> layers =
        List.of(LayerSpec.dense(6, Activation.TANH), LayerSpec.dense(1, Activation.LINEAR));
    Network network =
        new Network(INPUTS, layers, LossSpec.MEAN_SQUARED_ERROR, optimizer, ROWS, KERNELS);
    network.initialize(9);
    return network;
  }

  private void learn(Network network) {
    network.forward(x, 0, ROWS);
    assertThat(network.learn(targets, 0, ROWS)).isTrue();
  }

  /** What the first step of plain descent at rate 1 takes off the weights. */
  private float[] move(Map<String, Double> clipping) {
    Network network =
        network(new OptimizerSpec("sgd", LearningRate.constant(1), new TreeMap<>(clipping)));
    float[] before = network.parameters().clone();
    learn(network);
    float[] move = new float[before.length];
    for (int i = 0; i < move.length; i++) {
      move[i] = before[i] - network.parameters()[i];
    }
    return move;
  }

  private static double norm(float[] a, int from, int size) {
    double sum = 0;
    for (int i = from; i < from + size; i++) {
      sum += (double) a[i] * a[i];
    }
    return Math.sqrt(sum);
  }

  @Test
  void clipsEachElementOfTheGradient() {
    float[] whole = move(Map.of());
    float[] clipped = move(Map.of("clipvalue", 0.5));
    for (int i = 0; i < whole.length; i++) {
      double bounded = Math.max(-0.5, Math.min(0.5, whole[i]));
      assertThat((double) clipped[i]).isCloseTo(bounded, within(1e-6));
    }
    assertThat(norm(clipped, 0, clipped.length)).isLessThan(norm(whole, 0, whole.length));
  }

  @Test
  void clipsTheNormOfEachTensor() {
    float[] whole = move(Map.of());
    List<Tensor> tensors = network(OptimizerSpec.of("sgd")).layout().tensors();
    DoubleSummaryStatistics norms =
        tensors.stream()
            .mapToDouble(tensor -> norm(whole, tensor.offset(), tensor.length()))
            .summaryStatistics();
    double bound = (norms.getMin() + norms.getMax()) / 2; // some are longer, some are not
    float[] clipped = move(Map.of("clipnorm", bound));
    for (Tensor tensor : tensors) {
      double factor = Math.min(1, bound / norm(whole, tensor.offset(), tensor.length()));
      for (int i = tensor.offset(); i < tensor.offset() + tensor.length(); i++) {
        assertThat((double) clipped[i]).isCloseTo(factor * whole[i], within(3e-6));
      }
    }
  }

  @Test
  void clipsTheNormOfTheWholeGradient() {
    float[] whole = move(Map.of());
    float[] clipped = move(Map.of("global_clipnorm", 2.0));
    double factor = 2 / norm(whole, 0, whole.length);
    assertThat(factor).isLessThan(1);
    for (int i = 0; i < whole.length; i++) {
      assertThat((double) clipped[i]).isCloseTo(factor * whole[i], within(3e-6));
    }
    assertThat(move(Map.of("global_clipnorm", 1e6))).containsExactly(whole);
  }

  @Test
  void takesTheGradientOfAnAveragingOptimizerAtItsTrainingPoint() {
    OptimizerSpec spec = OptimizerSpec.of("schedule_free_sgd", Map.of("learning_rate", 0.01));
    Network averaging = network(spec);
    Optimizer optimizer = Optimizer.of(spec);
    Network oracle = network(OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)));
    float[] w = oracle.parameters().clone();
    float[][] slots = new float[1][w.length];
    float[] y = new float[w.length];
    float[] g = new float[w.length];
    for (int step = 1; step <= 30; step++) {
      learn(averaging);
      optimizer.trainingPoint(KERNELS.updates(), w, slots, 0, y, 0, w.length);
      System.arraycopy(y, 0, oracle.parameters(), 0, w.length);
      learn(oracle);
      for (int i = 0; i < w.length; i++) {
        g[i] = y[i] - oracle.parameters()[i];
      }
      optimizer.begin(step);
      optimizer.update(KERNELS.updates(), w, slots, 0, g, 0, w.length);
      for (int i = 0; i < w.length; i++) {
        assertThat(averaging.parameters()[i]).isCloseTo(w[i], within(1e-4f));
      }
    }
    assertThat(norm(slots[0], 0, w.length)).isGreaterThan(0.01);
  }

  @Test
  void startsSlotsAsTheOptimizerWantsThem() {
    Network network = network(OptimizerSpec.of("ftrl"));
    learn(network);
    network.initialize(9);
    assertThat(network.slot("accumulator")).containsOnly(0.1f);
    assertThat(network.slot("linear")).containsOnly(0f);
  }
}
