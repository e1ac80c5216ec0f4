package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.network.Model;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.StateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Networks that all learn every event, and a {@link Mixer} that weighs them by how well each has
 * predicted so far. In a classification one expert more says of every event the shares of the
 * classes so far.
 *
 * <p>An expert whose step is not finite begins anew, while the others go on; one that says what is
 * no number counts as saying 0 or, of classes, that all are alike.
 */
public final class Panel implements Model {
  private final Network[] networks;
  private final Constant constant; // null in a regression
  private final Mixer mixer;
  private final int experts; // the networks and the constant
  private final int outputs;
  private final float nothing; // what an expert says that knows nothing
  private final float[] said; // [rows][experts and their mixture][outputs]
  private final float[] mixed; // [rows][outputs]
  private final boolean[] silent; // [rows][networks]: what it said was no number
  private final boolean[] refused; // by network
  private final boolean[] frozen; // by network
  private final long[] resets; // by network: how often it began anew
  private final long[] begun; // by network: after which step of the panel it last did
  private final List<String> names;
  private final double[] losses; // Σ weight·loss by expert, that of the mixture, and Σ weight
  private long steps;

  /**
   * A panel, untaught.
   *
   * @param classes of the label, 0 in a regression
   * @param delay events by which labels come late
   * @see Network
   */
  public Panel(
      PanelSpec spec,
      int classes,
      int delay,
      int inputs,
      SequencedMap<String, Integer> categories,
      int maxRows,
      Kernels kernels,
      Workers workers) {
    Inputs read = new Inputs(inputs, categories, maxRows);
    networks =
        spec.experts().stream()
            .map(
                expert ->
                    new Network(
                        read,
                        expert.layers(),
                        expert.loss().ofClassIndex(),
                        expert.optimizer(),
                        maxRows,
                        kernels,
                        workers))
            .toArray(Network[]::new);
    outputs = networks[0].outputs();
    for (Network network : networks) {
      if (network.outputs() != outputs || network.targetsPerRow() != 1) {
        throw new IllegalArgumentException(
            "experts have the same outputs and one target, outputs=%d and %d, targets=%d"
                .formatted(outputs, network.outputs(), network.targetsPerRow()));
      }
    }
    constant = classes == 0 ? null : new Constant(classes);
    experts = networks.length + (classes == 0 ? 0 : 1);
    double trust = 1.0 / (1 + delay);
    mixer = classes == 0 ? new ValueMixer(experts, trust) : new ClassMixer(experts, outputs, trust);
    nothing = classes == 0 ? 0f : 1f / classes;
    said = new float[Math.multiplyExact(maxRows, (experts + 1) * outputs)];
    mixed = new float[maxRows * outputs];
    silent = new boolean[maxRows * networks.length];
    refused = new boolean[networks.length];
    frozen = new boolean[networks.length];
    resets = new long[networks.length];
    names = new ArrayList<>(spec.experts().stream().map(ExpertSpec::name).toList());
    if (constant != null) {
      names.add("constant");
    }
    losses = new double[experts + 2];
    begun = new long[networks.length];
  }

  @Override
  public void initialize(long seed) {
    for (int k = 0; k < networks.length; k++) {
      networks[k].initialize(seed + k);
    }
    Arrays.fill(resets, 0);
    Arrays.fill(losses, 0);
    Arrays.fill(begun, 0);
    if (constant != null) {
      constant.reset();
    }
    mixer.reset();
    steps = 0;
  }

  @Override
  public int inputs() {
    return networks[0].inputs();
  }

  @Override
  public int maxRows() {
    return networks[0].maxRows();
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public int targetsPerRow() {
    return 1;
  }

  @Override
  public float[] forward(float[] x, int offset, Entries categories, int firstRow, int rows) {
    for (int k = 0; k < networks.length; k++) {
      float[] y =
          k == 0 // which shows the rows to all
              ? networks[k].forward(x, offset, categories, firstRow, rows)
              : networks[k].forward(rows);
      for (int row = 0; row < rows; row++) {
        System.arraycopy(y, row * outputs, said, at(row, k), outputs);
        silent[row * networks.length + k] = sayNothingUnlessNumbers(at(row, k));
      }
    }
    for (int row = 0; row < rows; row++) {
      if (constant != null) {
        constant.say(said, at(row, networks.length), outputs);
      }
      mixer.mix(said, at(row, 0), mixed, row * outputs);
      System.arraycopy(mixed, row * outputs, said, at(row, experts), outputs);
    }
    return mixed;
  }

  /** Where what an expert says of a row begins. */
  private int at(int row, int expert) {
    return (row * (experts + 1) + expert) * outputs;
  }

  private boolean sayNothingUnlessNumbers(int at) {
    for (int i = at; i < at + outputs; i++) {
      if (!Float.isFinite(said[i])) {
        Arrays.fill(said, at, at + outputs, nothing);
        return true;
      }
    }
    return false;
  }

  /** By the chain rule: through the mixer to what each expert says, and through each expert. */
  @Override
  public void inputGradient(
      float[] x,
      int offset,
      Entries categories,
      int firstRow,
      int rows,
      int output,
      float[] gradient,
      float[] entryGradient) {
    Objects.checkIndex(output, outputs);
    forward(x, offset, categories, firstRow, rows);
    double[] dMixed = new double[experts * outputs];
    float[][] dSaid = new float[networks.length][rows * outputs];
    for (int row = 0; row < rows; row++) {
      mixer.gradient(said, at(row, 0), output, dMixed);
      for (int k = 0; k < networks.length; k++) {
        for (int i = 0; i < outputs; i++) {
          boolean counts = !silent[row * networks.length + k];
          dSaid[k][row * outputs + i] = counts ? (float) dMixed[k * outputs + i] : 0f;
        }
      }
    }
    Arrays.fill(gradient, 0, rows * inputs(), 0f);
    int entries = categories == null ? 0 : categories.count(firstRow, rows);
    Arrays.fill(entryGradient, 0, entries, 0f);
    for (int k = 0; k < networks.length; k++) {
      networks[k].addInputGradient(dSaid[k], rows, gradient, entryGradient);
    }
  }

  @Override
  public void forgetCategory(int index) {
    for (Network network : networks) {
      network.forgetCategory(index);
    }
  }

  @Override
  public int saidLength() {
    return (experts + 1) * outputs;
  }

  @Override
  public void said(int row, float[] to, int at) {
    System.arraycopy(said, at(row, 0), to, at, saidLength());
  }

  @Override
  public void recall(int row, float[] earlier, int from) {
    System.arraycopy(earlier, from, said, at(row, 0), saidLength());
    mixer.changed();
  }

  @Override
  public boolean learn(
      float[] targets, int targetOffset, float[] weights, int weightOffset, int rows) {
    boolean any = false;
    for (int k = 0; k < networks.length; k++) {
      refused[k] = !learn(k, targets, targetOffset, weights, weightOffset, rows);
      any |= !refused[k];
    }
    if (!any) {
      return false;
    }
    for (int k = 0; k < networks.length; k++) {
      if (refused[k]) {
        networks[k].beginAnew();
        resets[k]++;
        begun[k] = steps + 1;
      }
    }
    for (int row = 0; row < rows; row++) {
      float target = targets[targetOffset + row];
      float weight = weights[weightOffset + row];
      if (weight == 0) {
        continue; // no evidence: it moves no error, no range and no share
      }
      mixer.learn(said, at(row, 0), target, weight);
      mixer.addLosses(said, at(row, 0), target, weight, losses);
      losses[experts + 1] += weight;
      if (constant != null) {
        constant.learn((int) target, weight);
      }
    }
    steps++;
    return true;
  }

  /** A frozen expert counts the step, as the panel does, and makes none. */
  private boolean learn(
      int k, float[] targets, int targetOffset, float[] weights, int weightOffset, int rows) {
    if (frozen[k]) {
      networks[k].restoreSteps(networks[k].steps() + 1);
      return true;
    }
    return networks[k].learn(targets, targetOffset, weights, weightOffset, rows);
  }

  @Override
  public List<String> parts() {
    return names.subList(0, networks.length);
  }

  /** How much each expert counts goes on being learned. */
  @Override
  public void freeze(Set<String> some) {
    for (String name : some) {
      if (!parts().contains(name)) {
        throw new IllegalArgumentException("expert must be one of " + parts() + ", expert=" + name);
      }
    }
    for (int k = 0; k < frozen.length; k++) {
      frozen[k] = some.contains(names.get(k));
    }
  }

  @Override
  public void learningRate(OptionalDouble rate) {
    if (rate.isPresent()) {
      throw new IllegalArgumentException(
          "each expert of model: auto has a learning_rate of its own, and there is none for all;"
              + " freeze and pause work, and so does a learning_rate where the file states the"
              + " layers");
    }
  }

  /** How each expert has done, and behind them the mixture. */
  public List<ExpertFigures> figures() {
    List<ExpertFigures> figures = new ArrayList<>();
    double[] weights = mixer.weights();
    double all = losses[experts + 1];
    for (int k = 0; k <= experts; k++) {
      double loss = all > 0 ? losses[k] / all : Double.NaN;
      boolean isExpert = k < experts;
      String name = isExpert ? names.get(k) : ExpertFigures.MIXTURE;
      figures.add(new ExpertFigures(name, isExpert ? weights[k] : 1, loss));
    }
    return figures;
  }

  /**
   * How much each expert counts now, by its name, in their order and in a classification the
   * constant last; together 1.
   */
  public SequencedMap<String, Double> weights() {
    double[] weights = mixer.weights();
    SequencedMap<String, Double> byName = new LinkedHashMap<>();
    for (int k = 0; k < experts; k++) {
      byName.put(names.get(k), weights[k]);
    }
    return byName;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public void restoreSteps(long steps) {
    this.steps = steps;
    mixer.changed();
    for (int k = 0; k < networks.length; k++) {
      if (begun[k] < 0 || begun[k] > steps) {
        throw new StateException(
            "expert %d began after step %d of %d".formatted(k, begun[k], steps));
      }
      networks[k].restoreSteps(steps - begun[k]);
    }
  }

  @Override
  public List<StateArray> state(String prefix) {
    List<StateArray> arrays = new ArrayList<>();
    for (int k = 0; k < networks.length; k++) {
      arrays.addAll(networks[k].state(prefix + "expert" + k + "/"));
    }
    if (constant != null) {
      arrays.add(constant.state(prefix));
    }
    arrays.addAll(mixer.state(prefix));
    arrays.add(StateArray.of(prefix + "resets", resets));
    arrays.add(StateArray.of(prefix + "begun", begun));
    arrays.add(StateArray.of(prefix + "losses", losses));
    return arrays;
  }
}
