package dev.millrace.formats.onnx;

import dev.millrace.engine.Learner;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.formats.Tensors;
import dev.millrace.formats.onnx.Signals.Value;
import java.util.List;

/** From what a network says to a prediction in the label's own terms. */
final class OutputNodes {
  private static final int MEAN = 1;
  private static final int M2 = 2;
  private static final int MIN = 3;
  private static final int MAX = 4;

  private final Graph graph;
  private final Learner learner;
  private final Tensors tensors;

  OutputNodes(Graph graph, Learner learner, Tensors tensors) {
    this.graph = graph;
    this.learner = learner;
    this.tensors = tensors;
  }

  /** Adds {@code probabilities} and {@code label}, or {@code prediction}. */
  void add(Value y) {
    graph.enter("prediction");
    ModelSpec spec = learner.spec();
    if (spec.label().isClassification()) {
      classes(y, spec);
    } else {
      value(y, spec);
    }
    graph.enter("");
  }

  private void classes(Value y, ModelSpec spec) {
    LabelSpec label = spec.label();
    String probabilities = y.width() == 1 ? both(y.name(), spec.loss()) : y.name();
    String index =
        label.imbalanceOrNone().threshold() == null
            ? graph.node(
                "ArgMax",
                probabilities,
                Attribute.number("axis", 1),
                Attribute.number("keepdims", 0))
            : reached(probabilities);
    String name = graph.node("Gather", List.of(graph.tensor("classes", label.classes()), index));
    String order = "the probability of each of " + label.classes();
    graph.output(probabilities, "probabilities", Element.FLOAT, label.classes().size(), order);
    graph.output(
        name,
        "label",
        Element.STRING,
        0,
        "the class that is said of '%s'".formatted(label.field()));
  }

  /** From the second class' probability, or margin, to the probabilities of both. */
  private String both(String output, LossSpec loss) {
    String yes = output;
    if (loss.kind() == LossSpec.Kind.MARGIN) {
      yes = graph.node("Sigmoid", graph.node("Mul", List.of(output, graph.real(2f))));
    }
    return graph.concat(List.of(graph.node("Sub", List.of(graph.real(1f), yes)), yes));
  }

  /** 1 where the second class is as probable as the threshold, else 0. */
  private String reached(String probabilities) {
    String yes =
        graph.node("Gather", List.of(probabilities, graph.whole(1)), Attribute.number("axis", 1));
    String threshold = graph.real((float) (double) learner.figures().get("threshold"));
    return graph.cast(graph.node("GreaterOrEqual", List.of(yes, threshold)), Element.INT64);
  }

  private void value(Value y, ModelSpec spec) {
    double[] s = tensors.doubles("feat/target");
    boolean isAsItIs = spec.loss().kind() == LossSpec.Kind.COUNT;
    double variance = s[0] == 0 ? 0 : s[M2] / s[0];
    double deviation = isAsItIs || !(variance > 0) ? 1 : Math.sqrt(variance);
    double mean = isAsItIs ? 0 : s[MEAN];
    String said = graph.cast(y.name(), Element.DOUBLE);
    String scaled = graph.node("Mul", List.of(said, graph.real(deviation)));
    String value = graph.node("Add", List.of(scaled, graph.real(mean)));
    String below = graph.node("Min", List.of(value, graph.real(s[MAX])));
    String within = graph.node("Max", List.of(below, graph.real(s[MIN])));
    graph.output(
        graph.cast(within, Element.FLOAT),
        "prediction",
        Element.FLOAT,
        1,
        "the value of '%s' that is said".formatted(spec.label().field()));
  }
}
