package dev.millrace.engine.layer;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.millrace.engine.params.Initializer;
import java.util.List;

/**
 * One layer as a user states it. Layers are listed so that each comes behind those it reads.
 *
 * <p>A name that is empty is made from the kind and a number, {@code dense_0}. Inputs name other
 * layers or what {@link Inputs} offers; without any a layer reads the one before it, and the first
 * layer reads {@link Inputs#FEATURES}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "layer")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LayerSpec.Dense.class, name = "dense"),
  @JsonSubTypes.Type(value = LayerSpec.ActivationLayer.class, name = "activation"),
  @JsonSubTypes.Type(value = LayerSpec.Embedding.class, name = "embedding"),
  @JsonSubTypes.Type(value = LayerSpec.Concatenate.class, name = "concatenate"),
  @JsonSubTypes.Type(value = LayerSpec.Add.class, name = "add")
})
public sealed interface LayerSpec {
  /** The layer's name; empty for one made from its kind. */
  String name();

  /** What it reads; empty for the layer before. */
  List<String> inputs();

  /** The layer's kind as a pipeline file names it: {@code dense}. */
  String kind();

  /** The same layer with its name and inputs decided. */
  LayerSpec at(String name, List<String> inputs);

  /** A dense layer with Keras' defaults. */
  static Dense dense(int units, Activation activation) {
    return new Dense("", List.of(), units, activation, true, Initializer.GLOROT_UNIFORM, 0, 0);
  }

  /**
   * f(x·W + b), Keras' {@code Dense}. Categories are rows of a table of weights, added to the sum;
   * that is what one-hot columns would give, at the cost of the active ones alone.
   *
   * @param units the width of its output, at least 1
   * @param l1 factor of Σ|w| of W in the loss, Keras' {@code kernel_regularizer}
   * @param l2 factor of Σw²
   */
  record Dense(
      String name,
      List<String> inputs,
      int units,
      Activation activation,
      boolean useBias,
      Initializer kernelInitializer,
      double l1,
      double l2)
      implements LayerSpec {
    public Dense {
      inputs = List.copyOf(inputs);
      if (units < 1) {
        throw new IllegalArgumentException("units must be at least 1, units=" + units);
      }
      checkFactor("l1", l1);
      checkFactor("l2", l2);
    }

    @Override
    public String kind() {
      return "dense";
    }

    @Override
    public Dense at(String name, List<String> inputs) {
      return new Dense(name, inputs, units, activation, useBias, kernelInitializer, l1, l2);
    }
  }

  /** An activation of the layer before. */
  static ActivationLayer activation(Activation activation) {
    return new ActivationLayer("", List.of(), activation);
  }

  /** f(x), Keras' {@code Activation}. */
  record ActivationLayer(String name, List<String> inputs, Activation activation)
      implements LayerSpec {
    public ActivationLayer {
      inputs = List.copyOf(inputs);
    }

    @Override
    public String kind() {
      return "activation";
    }

    @Override
    public ActivationLayer at(String name, List<String> inputs) {
      return new ActivationLayer(name, inputs, activation);
    }
  }

  /**
   * A vector for each category, Keras' {@code Embedding}: the vectors of its fields side by side.
   *
   * @param outputDim the length of a vector, at least 1
   */
  record Embedding(
      String name, List<String> inputs, int outputDim, Initializer embeddingsInitializer, double l2)
      implements LayerSpec {
    public Embedding {
      inputs = List.copyOf(inputs);
      if (outputDim < 1) {
        throw new IllegalArgumentException("output_dim must be at least 1, value=" + outputDim);
      }
      checkFactor("l2", l2);
    }

    @Override
    public String kind() {
      return "embedding";
    }

    @Override
    public Embedding at(String name, List<String> inputs) {
      return new Embedding(name, inputs, outputDim, embeddingsInitializer, l2);
    }
  }

  /** Its inputs side by side, in their order: Keras' {@code Concatenate}. */
  record Concatenate(String name, List<String> inputs) implements LayerSpec {
    public Concatenate {
      inputs = List.copyOf(inputs);
    }

    @Override
    public String kind() {
      return "concatenate";
    }

    @Override
    public Concatenate at(String name, List<String> inputs) {
      return new Concatenate(name, inputs);
    }
  }

  /** The sum of its inputs, all of one width: Keras' {@code Add}, for residual paths. */
  record Add(String name, List<String> inputs) implements LayerSpec {
    public Add {
      inputs = List.copyOf(inputs);
    }

    @Override
    public String kind() {
      return "add";
    }

    @Override
    public Add at(String name, List<String> inputs) {
      return new Add(name, inputs);
    }
  }

  private static void checkFactor(String name, double factor) {
    if (!(factor >= 0 && factor <= 1e6)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1e6, value=" + factor);
    }
  }
}
