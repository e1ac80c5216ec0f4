package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.random.CounterRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class AttributionsTest {
  private static final int INPUTS = 7;

  private final float[] row = numbers(1, INPUTS);
  private final float[] baseline = numbers(2, INPUTS);
  private final Entries categories = categories();

  @Test
  void aLinearOutputIsSharedOutExactly() {
    Network network = network(List.of(LayerSpec.dense(1, Activation.LINEAR)));
    Attributions attributions = new Attributions(network);
    attributions.gradientTimesInput(row, 0, categories, 0, baseline, 0);
    float[] kernel = network.layout().copyOf("dense_0/kernel", network.parameters());
    for (int k = 0; k < INPUTS; k++) {
      double expected = kernel[k] * ((double) row[k] - baseline[k]);
      assertThat(attributions.numbers()[k]).isCloseTo(expected, within(1e-6));
    }
    float[] table = network.layout().copyOf("dense_0/categories", network.parameters());
    assertThat(attributions.entries()).containsExactly(table[2], table[4 + 5]);
    double gap = attributions.integratedGradients(row, 0, categories, 0, baseline, 0, 3);
    assertThat(gap).isCloseTo(0, within(1e-5));
  }

  @Test
  void integratedGradientsAddUpToWhatTheOutputGained() {
    Network network = network(deep());
    Attributions attributions = new Attributions(network);
    for (int output = 0; output < 3; output++) {
      double gap = attributions.integratedGradients(row, 0, categories, 0, baseline, output, 300);
      double[] all = all(attributions);
      double before = output(network, baseline, 0f, output);
      double after = output(network, row, 1f, output);
      assertThat(Arrays.stream(all).sum()).isCloseTo(after - before, within(2e-4));
      assertThat(gap).isCloseTo(Arrays.stream(all).sum() - (after - before), within(1e-6));
      assertThat(Math.abs(after - before)).as("something to share out").isGreaterThan(1e-3);
    }
  }

  @Test
  void eachPointOfThePathCountsWithItsOwnSlope() {
    Network network = network(List.of(LayerSpec.dense(1, Activation.SIGMOID)));
    Attributions attributions = new Attributions(network);
    float[] steep = row.clone();
    for (int k = 0; k < INPUTS; k++) {
      steep[k] *= 4;
    }
    double gap = attributions.integratedGradients(steep, 0, categories, 0, baseline, 0, 300);
    assertThat(gap).isCloseTo(0, within(2e-4));
  }

  @Test
  void moreStepsLeaveLess() {
    Attributions attributions = new Attributions(network(deep()));
    double few = attributions.integratedGradients(row, 0, categories, 0, baseline, 1, 2);
    double many = attributions.integratedGradients(row, 0, categories, 0, baseline, 1, 64);
    assertThat(Math.abs(many)).isLessThan(Math.abs(few) / 20);
  }

  @Test
  void gradientTimesInputIsTheFirstOrderAnswer() {
    Network network = network(deep());
    Attributions attributions = new Attributions(network);
    attributions.gradientTimesInput(row, 0, categories, 0, null, 2);
    double[] found = all(attributions).clone();
    double step = 1e-2;
    for (int k = 0; k < INPUTS; k++) {
      float[] up = row.clone();
      up[k] += (float) step;
      float[] down = row.clone();
      down[k] -= (float) step;
      double slope = (output(network, up, 1f, 2) - output(network, down, 1f, 2)) / (2 * step);
      assertThat(found[k]).isCloseTo(slope * row[k], within(2e-4));
    }
  }

  @Test
  void changesNothingThatIsLearned() {
    Network network = network(deep());
    float[] before = network.parameters().clone();
    new Attributions(network).integratedGradients(row, 0, categories, 0, null, 0, 10);
    assertThat(network.parameters()).containsExactly(before);
    assertThat(network.steps()).isZero();
  }

  private static double[] all(Attributions attributions) {
    double[] all = Arrays.copyOf(attributions.numbers(), INPUTS + 2);
    System.arraycopy(attributions.entries(), 0, all, INPUTS, 2);
    return all;
  }

  private static double output(Network network, float[] x, float weight, int output) {
    Entries entries = new Entries(2, 1);
    entries.add(2, weight);
    entries.endField();
    entries.add(9, weight);
    entries.endField();
    return network.forward(x, 0, entries, 0, 1)[output];
  }

  private static Entries categories() {
    Entries entries = new Entries(2, 1);
    entries.add(2, 1f);
    entries.endField();
    entries.add(9, 1f);
    entries.endField();
    return entries;
  }

  private static List<LayerSpec> deep() {
    return List.of(
        new LayerSpec.Embedding("vectors", List.of("categories"), 5, Initializer.GLOROT_UNIFORM, 0),
        new LayerSpec.Concatenate("joined", List.of("numbers", "vectors")),
        LayerSpec.dense(16, Activation.TANH),
        LayerSpec.dense(9, Activation.SIGMOID),
        LayerSpec.dense(3, Activation.SOFTMAX));
  }

  private static Network network(List<LayerSpec> layers) {
    SequencedMap<String, Integer> fields = new LinkedHashMap<>();
    fields.put("color", 4);
    fields.put("city", 10);
    Network network =
        new Network(
            INPUTS,
            fields,
            layers,
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("adam"),
            8,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
            Workers.ONE);
    network.initialize(5);
    return network;
  }

  private static float[] numbers(int purpose, int size) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) (2 * CounterRandom.uniform(9, purpose, i) - 1);
    }
    return numbers;
  }
}
