package dev.millrace.formats.onnx;

import dev.millrace.engine.layer.Activation;
import java.util.List;

/** Activations as nodes, by the formulas of {@code docs/activations.md}. */
final class ActivationNodes {
  private static final double LEAK = 0.2;
  private static final double SELU_ALPHA = 1.67326324;
  private static final double SELU_GAMMA = 1.05070098;

  private ActivationNodes() {}

  static String add(Graph graph, Activation activation, String z) {
    return switch (activation) {
      case LINEAR -> z;
      case RELU -> graph.node("Relu", z);
      case LEAKY_RELU -> graph.node("LeakyRelu", z, Attribute.real("alpha", LEAK));
      case RELU6 -> graph.node("Clip", List.of(z, graph.real(0f), graph.real(6f)));
      case ELU -> graph.node("Elu", z);
      case SELU ->
          graph.node(
              "Selu", z, Attribute.real("alpha", SELU_ALPHA), Attribute.real("gamma", SELU_GAMMA));
      case GELU -> gelu(graph, z);
      case SILU -> graph.node("Mul", List.of(z, graph.node("Sigmoid", z)));
      case SOFTPLUS -> graph.node("Softplus", z);
      case SOFTSIGN -> graph.node("Softsign", z);
      case SIGMOID -> sigmoid(graph, z);
      case HARD_SIGMOID ->
          graph.node(
              "HardSigmoid", z, Attribute.real("alpha", 1 / 6.0), Attribute.real("beta", 0.5));
      case TANH -> graph.node("Tanh", z);
      case MISH -> graph.node("Mul", List.of(z, graph.node("Tanh", graph.node("Softplus", z))));
      case EXPONENTIAL -> graph.node("Exp", z);
      case SOFTMAX -> graph.node("Softmax", z, Attribute.number("axis", 1));
    };
  }

  /**
   * By the engine's own steps, of which the sum and the quotient are exact in IEEE: a panel takes
   * the logarithm of 1 - y, which the last bit of y near 1 decides.
   */
  private static String sigmoid(Graph graph, String z) {
    String e = graph.node("Exp", graph.node("Neg", graph.node("Abs", z)));
    String isBelow = graph.node("Less", List.of(z, graph.real(0f)));
    String above = graph.node("Where", List.of(isBelow, e, graph.real(1f)));
    return graph.node("Div", List.of(above, graph.node("Add", List.of(e, graph.real(1f)))));
  }

  private static String gelu(Graph graph, String z) {
    String erf =
        graph.node("Erf", graph.node("Mul", List.of(z, graph.real((float) Math.sqrt(0.5)))));
    String twice = graph.node("Add", List.of(erf, graph.real(1f)));
    return graph.node("Mul", List.of(graph.node("Mul", List.of(z, graph.real(0.5f))), twice));
  }
}
