package dev.millrace.formats.onnx;

import dev.millrace.engine.panel.ExpertSpec;
import dev.millrace.engine.panel.PanelSpec;
import dev.millrace.formats.Tensors;
import dev.millrace.formats.onnx.Signals.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The experts of a panel side by side, and how they are mixed now: the engine's {@code ClassMixer}
 * and {@code ValueMixer} with their weights as constants, in double.
 */
final class PanelNodes {
  private static final float LOGARITHM_OF_MIN = 1e-15f;
  private static final double LOGARITHM_MAX = 8;
  private static final int EXPERTS = 1;
  private static final int CLASSES = 2;

  private final Graph graph;
  private final Tensors tensors;

  PanelNodes(Graph graph, Tensors tensors) {
    this.graph = graph;
    this.tensors = tensors;
  }

  /**
   * Adds all of it, and returns what the panel says.
   *
   * @param classes of the label; 0 in a regression
   */
  Value add(PanelSpec panel, int classes, Signals signals) {
    List<String> said = new ArrayList<>(); // each [N, outputs]
    int outputs = 0;
    for (int k = 0; k < panel.experts().size(); k++) {
      ExpertSpec expert = panel.experts().get(k);
      Value value =
          new LayerNodes(graph, tensors, "expert" + k + "/", signals.withoutLayers())
              .add(expert.layers());
      said.add(value.name());
      outputs = value.width();
    }
    graph.enter("mixer");
    String mixed =
        classes == 0 ? values(graph.concat(said), said.size()) : classes(said, classes, outputs);
    String y = graph.cast(mixed, Element.FLOAT);
    graph.enter("");
    return new Value(y, outputs);
  }

  private String classes(List<String> said, int classes, int outputs) {
    List<String> all = new ArrayList<>();
    for (String of : said) {
      all.add(outputs == 1 ? both(of) : of);
    }
    all.add(shares(all.getFirst()));
    String stacked = graph.concat(all.stream().map(this::unsqueezed).toList());
    String p = graph.cast(stacked, Element.DOUBLE); // [N, experts, classes]
    String logarithms = logarithms(p);
    double[] last = tensors.doubles("mixer.last");
    List<String> mixtures = new ArrayList<>();
    mixtures.add(weighted(p, "mixer.bayes_slow"));
    mixtures.add(weighted(p, "mixer.bayes_quick"));
    mixtures.add(softmax(weighted(logarithms, "mixer.logistic_slow")));
    mixtures.add(softmax(weighted(logarithms, "mixer.logistic_quick")));
    mixtures.add(softmax(weighted(logarithms, "mixer.logistic_newton")));
    List<String> terms = new ArrayList<>();
    for (int m = 0; m < mixtures.size(); m++) {
      terms.add(graph.node("Mul", List.of(mixtures.get(m), graph.real(last[m]))));
    }
    String mixed = graph.add(terms);
    return outputs == classes
        ? mixed
        : graph.node("Gather", List.of(mixed, graph.longs(1)), Attribute.number("axis", 1));
  }

  /** One output is the probability of the second class. */
  private String both(String yes) {
    return graph.concat(List.of(graph.node("Sub", List.of(graph.real(1f), yes)), yes));
  }

  /** The shares of the classes so far, for as many rows as another value has. */
  private String shares(String rows) {
    double[] counts = tensors.doubles("shares");
    double all = 0;
    for (double count : counts) {
      all += count;
    }
    float[] shares = new float[counts.length];
    for (int c = 0; c < counts.length; c++) {
      shares[c] = (float) (counts[c] / all);
    }
    String nothing = graph.node("Mul", List.of(rows, graph.real(0f)));
    return graph.node("Add", List.of(nothing, graph.tensor("shares", shares, 1, shares.length)));
  }

  private String unsqueezed(String value) {
    return graph.node("Unsqueeze", List.of(value, graph.longs(EXPERTS)));
  }

  /** The logarithms less their mean over the classes, within bounds. */
  private String logarithms(String p) {
    String least = graph.node("Max", List.of(p, graph.real((double) LOGARITHM_OF_MIN)));
    String log = graph.node("Log", least);
    String mean = graph.reduce("ReduceMean", log, CLASSES, true);
    String rest = graph.node("Sub", List.of(log, mean));
    return within(rest, -LOGARITHM_MAX, LOGARITHM_MAX);
  }

  private String within(String value, double least, double most) {
    String below = graph.node("Min", List.of(value, graph.real(most)));
    return graph.node("Max", List.of(below, graph.real(least)));
  }

  /** By class, Σ weight·value over the experts. */
  private String weighted(String values, String weights) {
    double[] of = tensors.doubles(weights);
    String row = graph.tensor(weights, of, 1, of.length, 1);
    return graph.sum(graph.node("Mul", List.of(values, row)), EXPERTS, false);
  }

  private String softmax(String sums) {
    return graph.node("Softmax", sums, Attribute.number("axis", 1));
  }

  /** The mean of what the experts say, with two corrections; [N, 1]. */
  private String values(String said, int experts) {
    double[] seen = tensors.doubles("mixer.seen");
    double[] last = tensors.doubles("mixer.last");
    String says = within(graph.cast(said, Element.DOUBLE), seen[1], seen[2]);
    String mean = product(says, "mixer.weights", experts);
    String beside = graph.node("Sub", List.of(says, mean));
    List<String> corrections = List.of("mixer.correction", "mixer.correction_least_squares");
    List<String> terms = new ArrayList<>();
    for (int m = 0; m < last.length; m++) {
      String correction = product(beside, corrections.get(m), experts);
      String corrected = graph.node("Add", List.of(mean, correction));
      String believed = within(corrected, seen[1], seen[2]);
      terms.add(graph.node("Mul", List.of(believed, graph.real(last[m]))));
    }
    return graph.add(terms);
  }

  private String product(String values, String weights, int experts) {
    String column = graph.tensor(weights, tensors.doubles(weights), experts, 1);
    return graph.node("MatMul", List.of(values, column));
  }
}
