package dev.millrace.engine.panel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.ExpansionSpec;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.StateBlocks;
import dev.millrace.engine.state.StateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PanelTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int INPUTS = 3;
  private static final long SEED = 5;
  private static final ExpansionSpec NO_EXPANSION = new ExpansionSpec(2, 0, 0, 0, 2, 0);

  /** With a table that is large enough for blocks that no event touches. */
  private static final SequencedMap<String, Integer> FIELDS =
      new LinkedHashMap<>(Map.of("c", 100_000));

  private static ExpertSpec expert(String name, String optimizer, double rate, int hidden) {
    List<LayerSpec> layers =
        hidden == 0
            ? List.of(LayerSpec.dense(1, Activation.LINEAR))
            : List.of(
                LayerSpec.dense(hidden, Activation.RELU),
                LayerSpec.dropout(0.1),
                LayerSpec.dense(1, Activation.LINEAR));
    return new ExpertSpec(
        name,
        layers,
        LossSpec.MEAN_SQUARED_ERROR,
        OptimizerSpec.of(optimizer, Map.of("learning_rate", rate)));
  }

  /** One that bursts where rows are long, one that never does, and one that knows its steps. */
  private static final List<ExpertSpec> EXPERTS =
      List.of(
          expert("bursts", "sgd", 0.5, 0),
          expert("steady", "normalized_adagrad", 0.3, 0),
          expert("counts", "adam", 0.01, 4));

  private static Panel panel(List<ExpertSpec> experts) {
    Panel panel =
        new Panel(
            new PanelSpec(experts, NO_EXPANSION), 0, 0, INPUTS, FIELDS, 4, KERNELS, Workers.ONE);
    panel.initialize(SEED);
    return panel;
  }

  private static Network network(int expert) {
    ExpertSpec spec = EXPERTS.get(expert);
    Network network =
        new Network(
            INPUTS, FIELDS, spec.layers(), spec.loss(), spec.optimizer(), 4, KERNELS, Workers.ONE);
    network.initialize(SEED + expert);
    return network;
  }

  /** A row by its number; one in twenty is long. */
  private static final class Row {
    final float[] x = new float[INPUTS];
    final Entries entries = new Entries(1, 1);
    final float[] target = new float[1];
    final float[] weight = {1f};

    Row(int number, boolean wild) {
      SplittableRandom random = new SplittableRandom(number);
      for (int i = 0; i < INPUTS; i++) {
        x[i] = (float) random.nextGaussian() * (wild && number % 20 == 19 ? 1e6f : 0.5f);
      }
      entries.add(random.nextInt(100_000), 1f);
      entries.endField();
      target[0] = x[0] > 0 ? 1 : -1;
    }
  }

  private static float[] learn(Panel panel, Row row, boolean made) {
    float[] y = panel.forward(row.x, 0, row.entries, 0, 1).clone();
    assertThat(panel.learn(row.target, 0, row.weight, 0, 1)).isEqualTo(made);
    return y;
  }

  private static boolean learn(Network network, Row row) {
    network.forward(row.x, 0, row.entries, 0, 1);
    return network.learn(row.target, 0, row.weight, 0, 1);
  }

  private static Map<String, byte[]> blocks(List<StateArray> state) {
    Map<String, byte[]> blocks = new TreeMap<>();
    new StateBlocks(state).writeAll(blocks::put);
    return blocks;
  }

  private static long resets(Panel panel, int expert) {
    return ByteBuffer.wrap(blocks(panel.state("")).get("resets/0"))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong(expert * Long.BYTES);
  }

  /** Each expert is what the same network is that learns alone, and that begins anew as it must. */
  @Test
  void anExpertThatOverflowsBeginsAnewAndTheOthersGoOn() {
    Panel panel = panel(EXPERTS);
    Network[] alone = {network(0), network(1), network(2)};
    long[] resets = new long[EXPERTS.size()];
    for (int i = 0; i < 600; i++) {
      Row row = new Row(i, true);
      float[] y = learn(panel, row, true);
      assertThat(y[0]).as("row %d", i).isFinite();
      for (int k = 0; k < alone.length; k++) {
        if (!learn(alone[k], row)) {
          alone[k].beginAnew();
          resets[k]++;
        }
      }
    }
    assertThat(resets[0]).as("it bursts").isGreaterThan(5);
    assertThat(resets[1]).isZero();
    Map<String, byte[]> state = blocks(panel.state(""));
    for (int k = 0; k < alone.length; k++) {
      assertThat(resets(panel, k)).as("resets of %d", k).isEqualTo(resets[k]);
      Map<String, byte[]> right = blocks(alone[k].state("expert" + k + "/"));
      right.forEach((key, bytes) -> assertThat(state.get(key)).as(key).isEqualTo(bytes));
      for (float value : alone[k].parameters()) {
        assertThat(value).isFinite();
      }
    }
    assertThat(panel.steps()).isEqualTo(600);
  }

  /** Against the same sums of what networks say that learn alone. */
  @Test
  void tellsHowEachExpertHasDoneAndTheMixture() {
    Panel panel = panel(EXPERTS);
    assertThat(panel.figures()).extracting(ExpertFigures::loss).containsOnly(Double.NaN);
    Network[] alone = {network(0), network(1), network(2)};
    double[] errors = new double[4];
    double weights = 0;
    for (int i = 0; i < 300; i++) {
      Row row = new Row(i, false);
      row.weight[0] = i % 3 / 2f;
      weights += row.weight[0];
      for (int k = 0; k < alone.length; k++) {
        float y = alone[k].forward(row.x, 0, row.entries, 0, 1)[0];
        errors[k] += row.weight[0] * Math.abs((double) y - row.target[0]);
        assertThat(alone[k].learn(row.target, 0, row.weight, 0, 1)).isTrue();
      }
      errors[3] += row.weight[0] * Math.abs((double) learn(panel, row, true)[0] - row.target[0]);
    }
    List<ExpertFigures> figures = panel.figures();
    assertThat(figures)
        .extracting(ExpertFigures::name)
        .containsExactly("bursts", "steady", "counts", "mixture");
    for (int k = 0; k < errors.length; k++) {
      assertThat(figures.get(k).loss()).isCloseTo(errors[k] / weights, within(1e-6));
      assertThat(figures.get(k).weight())
          .isEqualTo(k < 3 ? List.copyOf(panel.weights().values()).get(k) : 1);
    }
    assertThat(errors[0]).as("they differ").isNotCloseTo(errors[1], within(0.1));
  }

  /** Else a published copy would have blocks that none of the later ones names and retires. */
  @Test
  void anExpertThatBeginsAnewHasTheBlocksThatItHad() {
    Panel panel = panel(EXPERTS);
    Set<String> keys = Set.of();
    for (int i = 0; i < 300; i++) {
      learn(panel, new Row(i, true), true);
      Map<String, byte[]> blocks = blocks(panel.state(""));
      assertThat(blocks.keySet()).as("after row %d", i).containsAll(keys);
      keys = blocks.keySet();
    }
    assertThat(resets(panel, 0)).isPositive();
    assertThat(keys).contains("expert0/dense_0/categories/0");
  }

  @Test
  void aRowThatWeighsNothingTeachesTheMixtureNothing() {
    Panel panel = panel(EXPERTS);
    for (int i = 0; i < 50; i++) {
      learn(panel, new Row(i, false), true);
    }
    Map<String, byte[]> before = ofTheMixture(panel);
    Row row = new Row(50, false);
    row.target[0] = 1_000;
    row.weight[0] = 0;
    learn(panel, row, true);
    ofTheMixture(panel)
        .forEach((key, bytes) -> assertThat(bytes).as(key).isEqualTo(before.get(key)));
  }

  private static Map<String, byte[]> ofTheMixture(Panel panel) {
    Map<String, byte[]> blocks = blocks(panel.state(""));
    blocks.keySet().removeIf(key -> !key.startsWith("mixer.") && !key.startsWith("losses"));
    assertThat(blocks).hasSizeGreaterThan(3);
    return blocks;
  }

  /** The log loss, of two classes and of more, with the constant among the experts. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void tellsTheLogLossOfExpertsOfClasses(int classes) {
    List<FeatureSpec> features = List.of(FeatureSpec.numeric("a"));
    PanelSpec spec = AutoPanel.of(features, classes, SEED);
    SequencedMap<String, Integer> fields =
        new FeatureSpace(features, Optional.of(spec.expansion())).categories();
    Panel panel = new Panel(spec, classes, 0, 1, fields, 1, KERNELS, Workers.ONE);
    panel.initialize(SEED);
    int experts = spec.experts().size() + 2;
    double[] losses = new double[experts];
    float[] said = new float[panel.saidLength()];
    Entries entries = new Entries(1, 1);
    entries.endField();
    for (int i = 0; i < 100; i++) {
      int label = i * 7 % 5 % classes;
      float[] y = panel.forward(new float[] {label + i % 2}, 0, entries, 0, 1);
      panel.said(0, said, 0);
      for (int c = 0; c < panel.outputs(); c++) {
        assertThat(said[(experts - 1) * panel.outputs() + c]).as("the mixture").isEqualTo(y[c]);
      }
      for (int k = 0; k < experts; k++) {
        double p =
            classes > 2 ? said[k * classes + label] : label == 1 ? said[k] : 1 - (double) said[k];
        losses[k] -= Math.log(Math.max(1e-15, p));
      }
      assertThat(panel.learn(new float[] {label}, 0, new float[] {1f}, 0, 1)).isTrue();
    }
    List<ExpertFigures> figures = panel.figures();
    assertThat(figures).hasSize(experts);
    assertThat(figures.get(experts - 2).name()).isEqualTo("constant");
    for (int k = 0; k < experts; k++) {
      assertThat(figures.get(k).loss()).as("%d", k).isCloseTo(losses[k] / 100, within(1e-4));
    }
  }

  /** The step in Adam's corrections and in dropout's numbers is the expert's own. */
  @ParameterizedTest
  @ValueSource(ints = {100, 119, 120, 121, 333})
  void goesOnFromItsStateThoughExpertsBeganAnewOnTheWay(int stop) {
    List<ExpertSpec> experts =
        List.of(
            expert("one", "adam", 0.01, 4),
            expert("two", "sgd", 0.5, 4),
            expert("three", "normalized_sgd", 0.3, 0));
    Panel through = panel(experts);
    for (int i = 0; i < stop; i++) {
      learn(through, new Row(i, true), true);
    }
    Panel resumed = panel(experts);
    learn(resumed, new Row(7, false), true);
    resumed.initialize(SEED);
    new StateBlocks(resumed.state("")).read(blocks(through.state(""))::get);
    resumed.restoreSteps(through.steps());
    for (int i = stop; i < stop + 200; i++) {
      Row row = new Row(i, true);
      assertThat(learn(resumed, row, true)).as("row %d", i).isEqualTo(learn(through, row, true));
    }
    assertThat(resets(through, 1)).isPositive();
    Map<String, byte[]> right = blocks(through.state(""));
    Map<String, byte[]> got = blocks(resumed.state(""));
    assertThat(got.keySet()).isEqualTo(right.keySet());
    right.forEach((key, bytes) -> assertThat(got.get(key)).as(key).isEqualTo(bytes));
  }

  @Test
  void refusesAStateInWhichAnExpertBeganLaterThanNow() {
    Panel panel = panel(EXPERTS);
    for (int i = 0; i < 120; i++) {
      learn(panel, new Row(i, true), true);
    }
    panel.restoreSteps(120);
    assertThat(resets(panel, 0)).isPositive();
    assertThatThrownBy(() -> panel.restoreSteps(3))
        .isInstanceOf(StateException.class)
        .hasMessageStartingWith("expert 0 began after step ");
  }

  @Test
  void makesNoStepWhereAllExpertsRefuse() {
    Panel panel = panel(EXPERTS);
    for (int i = 0; i < 50; i++) {
      learn(panel, new Row(i, false), true);
    }
    Map<String, byte[]> before = blocks(panel.state(""));
    Row row = new Row(50, false);
    row.target[0] = Float.MAX_VALUE;
    learn(panel, row, false);
    Map<String, byte[]> after = blocks(panel.state(""));
    before.forEach((key, bytes) -> assertThat(after.get(key)).as(key).isEqualTo(bytes));
    assertThat(panel.steps()).isEqualTo(50);
    learn(panel, new Row(51, false), true);
    assertThat(panel.steps()).isEqualTo(51);
  }

  /** Its weights are those of a panel that has not learned, in which all count alike. */
  @Test
  void saysTheMeanAtFirstAndOfClassesThatAllAreAlike() {
    for (int classes : new int[] {2, 4}) {
      List<FeatureSpec> features = List.of(FeatureSpec.numeric("a"), FeatureSpec.numeric("b"));
      PanelSpec spec = AutoPanel.of(features, classes, SEED);
      SequencedMap<String, Integer> fields =
          new FeatureSpace(features, Optional.of(spec.expansion())).categories();
      Panel panel = new Panel(spec, classes, 0, 2, fields, 1, KERNELS, Workers.ONE);
      panel.initialize(SEED);
      Entries entries = new Entries(2, 1);
      entries.endField();
      entries.endField();
      float[] y = panel.forward(new float[] {0.3f, -1f}, 0, entries, 0, 1);
      for (int c = 0; c < panel.outputs(); c++) {
        assertThat(y[c]).isCloseTo(1f / classes, within(1e-6f));
      }
      assertThat(panel.weights()).hasSize(spec.experts().size() + 1);
      assertThat(panel.weights().values().stream().mapToDouble(Double::doubleValue).sum())
          .isCloseTo(1, within(1e-12));
      assertThat(panel.saidLength()).isEqualTo((panel.weights().size() + 1) * panel.outputs());
    }
  }

  @Test
  void refusesExpertsThatDoNotGoTogether() {
    ExpertSpec two =
        new ExpertSpec(
            "two",
            List.of(
                new LayerSpec.Dense(
                    "", List.of(), 2, Activation.SOFTMAX, true, Initializer.ZEROS, 0, 0)),
            LossSpec.CATEGORICAL_CROSSENTROPY,
            OptimizerSpec.of("sgd"));
    assertThatThrownBy(() -> panel(List.of(EXPERTS.getFirst(), two)))
        .hasMessage("experts have the same outputs and one target, outputs=1 and 2, targets=1");
    assertThatThrownBy(() -> new PanelSpec(List.of(), NO_EXPANSION))
        .hasMessage("a panel has at least one expert");
    assertThatThrownBy(() -> new PanelSpec(List.of(two, two), NO_EXPANSION))
        .hasMessage("an expert's name must be its own, name=two");
    assertThatThrownBy(() -> expert("A b", "sgd", 0.1, 0))
        .hasMessage("an expert's name has small letters, digits and underscores, name=A b");
  }
}
