package dev.millrace.engine.layer;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.millrace.engine.linalg.LeastSquaresSpec;
import dev.millrace.engine.params.Initializer;
import java.util.List;
import java.util.Locale;

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
  @JsonSubTypes.Type(value = LayerSpec.Add.class, name = "add"),
  @JsonSubTypes.Type(value = LayerSpec.Average.class, name = "average"),
  @JsonSubTypes.Type(value = LayerSpec.Multiply.class, name = "multiply"),
  @JsonSubTypes.Type(value = LayerSpec.Maximum.class, name = "maximum"),
  @JsonSubTypes.Type(value = LayerSpec.Dropout.class, name = "dropout"),
  @JsonSubTypes.Type(value = LayerSpec.LayerNormalization.class, name = "layer_normalization"),
  @JsonSubTypes.Type(value = LayerSpec.BatchNormalization.class, name = "batch_normalization"),
  @JsonSubTypes.Type(value = LayerSpec.EmbeddingBag.class, name = "embedding_bag"),
  @JsonSubTypes.Type(value = LayerSpec.Cross.class, name = "cross"),
  @JsonSubTypes.Type(value = LayerSpec.FactorizationMachine.class, name = "factorization_machine"),
  @JsonSubTypes.Type(
      value = LayerSpec.RecursiveLeastSquares.class,
      name = "recursive_least_squares")
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

  /** An embedding with Keras' defaults. */
  static Embedding embedding(int outputDim) {
    return new Embedding("", List.of(), outputDim, Initializer.RANDOM_UNIFORM, 0);
  }

  /** A bag of embeddings with Keras' initial values. */
  static EmbeddingBag embeddingBag(int outputDim, Combiner combiner) {
    return new EmbeddingBag("", List.of(), outputDim, combiner, Initializer.RANDOM_UNIFORM, 0);
  }

  /** Dropout at a rate. */
  static Dropout dropout(double rate) {
    return new Dropout("", List.of(), rate);
  }

  /** Layer normalisation with Keras' defaults. */
  static LayerNormalization layerNormalization() {
    return new LayerNormalization("", List.of(), 1e-3, true, true);
  }

  /** Batch normalisation with Keras' defaults. */
  static BatchNormalization batchNormalization() {
    return new BatchNormalization("", List.of(), 0.99, 1e-3, true, true);
  }

  /** A cross layer with a whole matrix and the defaults of Keras' recommenders. */
  static Cross cross() {
    return new Cross("", List.of(), 0, true, Initializer.GLOROT_UNIFORM, 0);
  }

  /** A factorization machine without its linear term. */
  static FactorizationMachine factorizationMachine(int factors) {
    return new FactorizationMachine("", List.of(), factors, false, Initializer.RANDOM_NORMAL, 0);
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

    /** The same layer with so many units. */
    public Dense withUnits(int units) {
      return new Dense(name, inputs, units, activation, useBias, kernelInitializer, l1, l2);
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

  /** The mean of its inputs, all of one width: Keras' {@code Average}. */
  record Average(String name, List<String> inputs) implements LayerSpec {
    public Average {
      inputs = List.copyOf(inputs);
    }

    @Override
    public String kind() {
      return "average";
    }

    @Override
    public Average at(String name, List<String> inputs) {
      return new Average(name, inputs);
    }
  }

  /** The product of its inputs, all of one width: Keras' {@code Multiply}, for gates. */
  record Multiply(String name, List<String> inputs) implements LayerSpec {
    public Multiply {
      inputs = List.copyOf(inputs);
    }

    @Override
    public String kind() {
      return "multiply";
    }

    @Override
    public Multiply at(String name, List<String> inputs) {
      return new Multiply(name, inputs);
    }
  }

  /**
   * The largest of its inputs, all of one width: Keras' {@code Maximum}. The gradient goes to the
   * first that is it.
   */
  record Maximum(String name, List<String> inputs) implements LayerSpec {
    public Maximum {
      inputs = List.copyOf(inputs);
    }

    @Override
    public String kind() {
      return "maximum";
    }

    @Override
    public Maximum at(String name, List<String> inputs) {
      return new Maximum(name, inputs);
    }
  }

  /**
   * In a step each number of x is 0 with a chance of rate, and what is kept is divided by the share
   * kept; a prediction is x. Keras' {@code Dropout}. The rate is taken to a multiple of 2^-16, and
   * what is dropped follows from the model's seed, so a replay drops the same.
   *
   * @param rate at least 0 and less than 1
   */
  record Dropout(String name, List<String> inputs, double rate) implements LayerSpec {
    public Dropout {
      inputs = List.copyOf(inputs);
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("rate must be at least 0 and less than 1, rate=" + rate);
      }
    }

    @Override
    public String kind() {
      return "dropout";
    }

    @Override
    public Dropout at(String name, List<String> inputs) {
      return new Dropout(name, inputs, rate);
    }
  }

  /**
   * gamma·(x - mean) / sqrt(variance + epsilon) + beta with the moments of each row: Keras' {@code
   * LayerNormalization}; Ba, Kiros and Hinton, 2016.
   *
   * @param epsilon from 1e-30 to 1
   * @param center whether there is a beta, at first 0
   * @param scale whether there is a gamma, at first 1
   */
  record LayerNormalization(
      String name, List<String> inputs, double epsilon, boolean center, boolean scale)
      implements LayerSpec {
    public LayerNormalization {
      inputs = List.copyOf(inputs);
      checkEpsilon(epsilon);
    }

    @Override
    public String kind() {
      return "layer_normalization";
    }

    @Override
    public LayerNormalization at(String name, List<String> inputs) {
      return new LayerNormalization(name, inputs, epsilon, center, scale);
    }
  }

  /**
   * gamma·(x - mean) / sqrt(variance + epsilon) + beta with running moments of each column: Keras'
   * {@code BatchNormalization} as it predicts; Ioffe and Szegedy, ICML 2015.
   *
   * <p>Other than Keras', it does so in a step as well, and the gradient takes the moments as
   * constants: a row's output never depends on the rows beside it, so a prediction may come from
   * the pass that teaches, and a batch may be one row. After a step the moments join those of its
   * rows as a mixture: mean + (1 - momentum)·d and momentum·(variance + (1 - momentum)·d²) + (1 -
   * momentum)·the batch's variance, d being the batch's mean less the running one. Keras leaves out
   * the term in d², without which batches of one row would bring the variance to 0.
   *
   * @param momentum the weight of the moments so far, at least 0 and less than 1
   * @param epsilon from 1e-30 to 1
   * @param center whether there is a beta, at first 0
   * @param scale whether there is a gamma, at first 1
   */
  record BatchNormalization(
      String name,
      List<String> inputs,
      double momentum,
      double epsilon,
      boolean center,
      boolean scale)
      implements LayerSpec {
    public BatchNormalization {
      inputs = List.copyOf(inputs);
      if (!(momentum >= 0 && momentum < 1)) {
        throw new IllegalArgumentException(
            "momentum must be at least 0 and less than 1, momentum=" + momentum);
      }
      checkEpsilon(epsilon);
    }

    @Override
    public String kind() {
      return "batch_normalization";
    }

    @Override
    public BatchNormalization at(String name, List<String> inputs) {
      return new BatchNormalization(name, inputs, momentum, epsilon, center, scale);
    }
  }

  /** What a bag divides the sum of its weighted vectors by; names as TensorFlow has them. */
  enum Combiner {
    /** Nothing. */
    SUM,
    /** The sum of the weights. */
    MEAN,
    /** The root of the sum of their squares. */
    SQRTN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The vectors of all active categories of its fields in one: their sum, each times the weight of
   * its entry, over what the combiner says. Without an entry, or if the divisor is 0, it is 0.
   * TensorFlow's {@code safe_embedding_lookup_sparse}.
   *
   * @param outputDim the length of a vector, at least 1
   */
  record EmbeddingBag(
      String name,
      List<String> inputs,
      int outputDim,
      Combiner combiner,
      Initializer embeddingsInitializer,
      double l2)
      implements LayerSpec {
    public EmbeddingBag {
      inputs = List.copyOf(inputs);
      if (outputDim < 1) {
        throw new IllegalArgumentException("output_dim must be at least 1, value=" + outputDim);
      }
      checkFactor("l2", l2);
    }

    @Override
    public String kind() {
      return "embedding_bag";
    }

    @Override
    public EmbeddingBag at(String name, List<String> inputs) {
      return new EmbeddingBag(name, inputs, outputDim, combiner, embeddingsInitializer, l2);
    }
  }

  /**
   * x0⊙(W·x + b) + x, a cross layer of DCN-v2 (Wang et al., WWW 2021) and Keras' {@code
   * FeatureCross}. Reads x0 and x, or one input that is both.
   *
   * @param projectionDim the rank of W as a product of two matrices; 0 for a whole matrix
   * @param l2 factor of Σw² of W or of both matrices
   */
  record Cross(
      String name,
      List<String> inputs,
      int projectionDim,
      boolean useBias,
      Initializer kernelInitializer,
      double l2)
      implements LayerSpec {
    public Cross {
      inputs = List.copyOf(inputs);
      if (projectionDim < 0) {
        throw new IllegalArgumentException(
            "projection_dim must be at least 0, value=" + projectionDim);
      }
      checkFactor("l2", l2);
    }

    @Override
    public String kind() {
      return "cross";
    }

    @Override
    public Cross at(String name, List<String> inputs) {
      return new Cross(name, inputs, projectionDim, useBias, kernelInitializer, l2);
    }
  }

  /**
   * How features go together in pairs: Σ_{i&lt;j} ⟨v_i, v_j⟩·x_i·x_j with a vector v for each
   * number and each category, one column; Rendle, ICDM 2010. Reads categories, numbers or both.
   * Each entry is a feature of its own: a category that is listed twice goes together with itself.
   *
   * @param factors the length of v, at least 1
   * @param linear whether b + Σ w_i·x_i is added, at first 0
   * @param l2 factor of Σv²
   */
  record FactorizationMachine(
      String name,
      List<String> inputs,
      int factors,
      boolean linear,
      Initializer factorsInitializer,
      double l2)
      implements LayerSpec {
    public FactorizationMachine {
      inputs = List.copyOf(inputs);
      if (factors < 1) {
        throw new IllegalArgumentException("factors must be at least 1, factors=" + factors);
      }
      checkFactor("l2", l2);
    }

    @Override
    public String kind() {
      return "factorization_machine";
    }

    @Override
    public FactorizationMachine at(String name, List<String> inputs) {
      return new FactorizationMachine(name, inputs, factors, linear, factorsInitializer, l2);
    }
  }

  /** Recursive least squares of one number that forgets nothing. */
  static RecursiveLeastSquares recursiveLeastSquares() {
    return new RecursiveLeastSquares(
        "", List.of(), 1, true, 1, 1, LeastSquaresSpec.WIND_UP_LIMIT, true);
  }

  /**
   * x·W + b as ridge regression over all rows so far gives it, exact after every row: an output
   * layer, which learns by itself and by no optimiser. Categories are one-hot columns of x. Its
   * loss is the mean squared error. See {@link LeastSquaresSpec} for the ranges.
   *
   * @param units the numbers of a target
   * @param useBias whether there is b, an input that is always 1; it has the ridge too
   * @param ridge factor of Σw² in what is minimised
   * @param forgetting what a row counts after one more row
   * @param windUpLimit how many times smaller than the ridge the information about a direction may
   *     become by forgetting
   * @param backpropagate whether the layers before it learn through it; if not, they stay as the
   *     seed made them
   */
  record RecursiveLeastSquares(
      String name,
      List<String> inputs,
      int units,
      boolean useBias,
      double ridge,
      double forgetting,
      double windUpLimit,
      boolean backpropagate)
      implements LayerSpec {
    public RecursiveLeastSquares {
      inputs = List.copyOf(inputs);
      new LeastSquaresSpec(1, units, useBias, ridge, forgetting, windUpLimit); // checks the ranges
    }

    @Override
    public String kind() {
      return "recursive_least_squares";
    }

    @Override
    public RecursiveLeastSquares at(String name, List<String> inputs) {
      return new RecursiveLeastSquares(
          name, inputs, units, useBias, ridge, forgetting, windUpLimit, backpropagate);
    }
  }

  private static void checkFactor(String name, double factor) {
    if (!(factor >= 0 && factor <= 1e6)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1e6, value=" + factor);
    }
  }

  private static void checkEpsilon(double epsilon) {
    if (!(epsilon >= 1e-30 && epsilon <= 1)) {
      throw new IllegalArgumentException("epsilon must be from 1e-30 to 1, epsilon=" + epsilon);
    }
  }
}
