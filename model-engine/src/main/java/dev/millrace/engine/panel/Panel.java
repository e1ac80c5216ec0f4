package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.network.Model;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;

/**
 * Networks that all learn every event, and a {@link Mixer} that weighs them by how well each has
 * predicted so far. The last expert is none of the networks: it says the same of every event, the
 * shares of the classes so far or the mean label.
 *
 * <p>An expert whose step is not finite begins anew, while the others go on; one that says what is
 * no number counts as saying what the last expert says.
 */
public final class Panel implements Model {
  private final Network[] networks;
  private final Constant constant;
  private final Mixer mixer;
  private final int experts; // the networks and the constant
  private final int outputs;
  private final float[] said; // [rows][experts][outputs]
  private final float[] mixed; // [rows][outputs]
  private final long[] resets; // by network
  private long seed;
  private long steps;

  /**
   * A panel, untaught.
   *
   * @param classes of the label, 0 in a regression
   * @see Network
   */
  public Panel(
      PanelSpec spec,
      int classes,
      int inputs,
      SequencedMap<String, Integer> categories,
      int maxRows,
      Kernels kernels,
      Workers workers) {
    networks =
        spec.experts().stream()
            .map(
                expert ->
                    new Network(
                        inputs,
                        categories,
                        expert.layers(),
                        expert.loss().ofClassIndex(),
                        expert.optimizer(),
                        maxRows,
                        kernels,
                        workers))
            .toArray(Network[]::new);
    outputs = networks[0].outputs();
    for (Network network : networks) {
      if (network.outputs() != outputs || network.targetsPerRow() != targetsPerRow()) {
        throw new IllegalArgumentException(
            "experts have the same outputs, outputs=" + network.outputs() + " and " + outputs);
      }
    }
    experts = networks.length + 1;
    constant = new Constant(classes, outputs);
    mixer = classes == 0 ? new ValueMixer(experts) : new ClassMixer(experts, outputs);
    said = new float[Math.multiplyExact(maxRows, experts * outputs)];
    mixed = new float[maxRows * outputs];
    resets = new long[networks.length];
  }

  @Override
  public void initialize(long seed) {
    this.seed = seed;
    for (int k = 0; k < networks.length; k++) {
      networks[k].initialize(seed + k);
    }
    Arrays.fill(resets, 0);
    constant.reset();
    mixer.reset();
    steps = 0;
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public int targetsPerRow() {
    return networks[0].targetsPerRow();
  }

  @Override
  public float[] forward(float[] x, int offset, Entries categories, int firstRow, int rows) {
    int stride = experts * outputs;
    for (int row = 0; row < rows; row++) {
      constant.say(said, row * stride + networks.length * outputs);
    }
    for (int k = 0; k < networks.length; k++) {
      float[] y = networks[k].forward(x, offset, categories, firstRow, rows);
      for (int row = 0; row < rows; row++) {
        take(y, row * outputs, row * stride, k);
      }
    }
    for (int row = 0; row < rows; row++) {
      mixer.mix(said, row * stride, mixed, row * outputs);
    }
    return mixed;
  }

  /** Takes what an expert says of a row, unless it is no number. */
  private void take(float[] y, int yAt, int rowAt, int expert) {
    int at = rowAt + expert * outputs;
    System.arraycopy(y, yAt, said, at, outputs);
    for (int i = 0; i < outputs; i++) {
      if (!Float.isFinite(said[at + i])) {
        System.arraycopy(said, rowAt + networks.length * outputs, said, at, outputs);
        return;
      }
    }
  }

  @Override
  public boolean learn(
      float[] targets, int targetOffset, float[] weights, int weightOffset, int rows) {
    boolean any = false;
    boolean[] refused = new boolean[networks.length];
    for (int k = 0; k < networks.length; k++) {
      refused[k] = !networks[k].learn(targets, targetOffset, weights, weightOffset, rows);
      any |= !refused[k];
    }
    if (!any) {
      return false;
    }
    for (int k = 0; k < networks.length; k++) {
      if (refused[k]) {
        networks[k].initialize(seed + k);
        resets[k]++;
      }
    }
    int perRow = targetsPerRow();
    for (int row = 0; row < rows; row++) {
      int target = targetOffset + row * perRow;
      float weight = weights == null ? 1f : weights[weightOffset + row];
      mixer.learn(said, row * experts * outputs, targets, target, weight);
      constant.learn(targets, target, weight);
    }
    steps++;
    return true;
  }

  /** How much each expert counts now, in their order, the constant last; together 1. */
  public double[] weights() {
    return mixer.weights();
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public void restoreSteps(long steps) {
    this.steps = steps;
    for (Network network : networks) {
      network.restoreSteps(steps);
    }
  }

  @Override
  public List<StateArray> state(String prefix) {
    List<StateArray> arrays = new ArrayList<>();
    for (int k = 0; k < networks.length; k++) {
      arrays.addAll(networks[k].state(prefix + "expert" + k + "/"));
    }
    arrays.addAll(constant.state(prefix));
    arrays.addAll(mixer.state(prefix));
    arrays.add(StateArray.of(prefix + "resets", resets));
    return arrays;
  }
}
