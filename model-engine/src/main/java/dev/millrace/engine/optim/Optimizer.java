package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ProductUpdates;
import dev.millrace.engine.kernel.Updates;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One step from a gradient: {@link #begin}, then {@link #update} over any ranges of the weights, as
 * a whole or cut anywhere; the bits are the same. Its state, the slots, belongs to the model. What
 * it holds itself follows from the specification and the number of the step, so a model goes on bit
 * for bit from weights, slots and number.
 *
 * <p>Where a step's gradient touches some rows only, update those alone: the others keep weights
 * and slots, and the number in bias corrections and schedules is the model's ("lazy" in
 * TensorFlow's words). {@code docs/optimizers.md} says of each optimiser how that differs from a
 * gradient of 0.
 */
public abstract class Optimizer {
  /**
   * A gradient beyond this magnitude is as bad as one that is not finite: its square, which most
   * optimisers keep, would overflow, and turn weights into NaN at the next step.
   */
  public static final float GRADIENT_MAX = 1e18f;

  /** What a divisor's smallest part is never less than. */
  static final double EPSILON_MIN = 1e-30;

  /** Weights that decay and step together, so that they are fetched from memory once. */
  private static final int BLOCK = 2048;

  private final LearningRate learningRate;
  private final double weightDecay;
  private final float clipValue;
  private final float clipNorm;
  private final float globalClipNorm;
  private float decay;
  private OptionalDouble otherRate = OptionalDouble.empty();

  Optimizer(OptimizerSpec spec) {
    this(spec, spec.get("weight_decay"));
  }

  /**
   * @param weightDecay what {@link #update} does of it before each step
   */
  Optimizer(OptimizerSpec spec, double weightDecay) {
    learningRate = spec.learningRate();
    this.weightDecay = weightDecay;
    clipValue = (float) spec.get("clipvalue");
    clipNorm = (float) spec.get("clipnorm");
    globalClipNorm = (float) spec.get("global_clipnorm");
  }

  /** The optimiser that a specification names. */
  public static Optimizer of(OptimizerSpec spec) {
    return Catalog.entry(spec.name()).implementation().apply(spec);
  }

  /** The names of its slots, each an array as long as the parameters. */
  public abstract List<String> slotNames();

  /** What every element of a slot is before the first step. */
  public float initialSlotValue(String slot) {
    return 0f;
  }

  /**
   * Another learning rate for steps to come, whatever the specification says; empty for its own.
   * Who sets it has looked whether {@link OptimizerSpec} allows it.
   */
  public final void learningRate(OptionalDouble rate) {
    otherRate = rate;
  }

  /**
   * Prepares the step.
   *
   * @param step its number, from 1
   */
  public final void begin(long step) {
    assert step >= 1 : "step=" + step;
    double rate = otherRate.isPresent() ? otherRate.getAsDouble() : learningRate.at(step - 1);
    decay = (float) (rate * weightDecay);
    begin(step, rate);
  }

  /**
   * base^exponent by squaring: the same bits everywhere, and no object, where {@link
   * StrictMath#pow} makes arrays until it is compiled. Its relative error is at most about exponent
   * · 2^-53.
   *
   * @param exponent at least 0
   */
  static double power(double base, long exponent) {
    double result = 1;
    double square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  /**
   * Whether steps of a layer depend on the length of what it reads, so that {@link #forInput} must
   * be said before {@link #update}.
   */
  public boolean normalizes() {
    return false;
  }

  /**
   * Prepares for the parameters of one layer.
   *
   * @param squares the squared length of its input, the mean over the rows
   */
  public void forInput(float squares) {}

  /** Computes the step's scalars. */
  abstract void begin(long step, double rate);

  /**
   * Changes a range of weights and their slots, by Keras' order: weight decay, then the step.
   *
   * @param w the weights, from {@code at}
   * @param slots in the order of {@link #slotNames}, from {@code at}
   * @param g the gradient, from {@code gAt}, clipped and none of it beyond {@link #GRADIENT_MAX}
   */
  public final void update(
      Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    if (decay == 0) {
      step(updates, w, slots, at, g, gAt, length);
      return;
    }
    for (int done = 0; done < length; done += BLOCK) {
      int size = Math.min(BLOCK, length - done);
      updates.decay(w, at + done, size, decay);
      step(updates, w, slots, at + done, g, gAt + done, size);
    }
  }

  /** {@link #update} without weight decay. */
  abstract void step(
      Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length);

  /**
   * Whether {@link #update} may be made from products: where the gradient is 0 nothing changes, and
   * none of it is looked at before.
   */
  public final boolean takesProducts() {
    return stepsAlongProducts() && weightDecay == 0 && clipValue == 0;
  }

  /** Whether {@link #step(ProductUpdates, float[], float[][], ProductGradient)} is there. */
  boolean stepsAlongProducts() {
    return false;
  }

  /** {@link #update} along a product. */
  public final void update(ProductUpdates updates, float[] w, float[][] slots, ProductGradient g) {
    assert takesProducts();
    step(updates, w, slots, g);
  }

  /** The step along a product, for an optimiser that leaves weights without a gradient alone. */
  void step(ProductUpdates updates, float[] w, float[][] slots, ProductGradient g) {
    throw new UnsupportedOperationException();
  }

  /** The bound of every element of the gradient, 0 if there is none. */
  public final float clipValue() {
    return clipValue;
  }

  /** The bound of the norm of each tensor's gradient, 0 if there is none. */
  public final float clipNorm() {
    return clipNorm;
  }

  /** The bound of the norm of the whole gradient, 0 if there is none. */
  public final float globalClipNorm() {
    return globalClipNorm;
  }

  /**
   * The factor that brings a norm down to a bound, 1 if it is not above.
   *
   * @param sumOfSquares the norm's square
   */
  public static float clipFactor(double sumOfSquares, float bound) {
    double norm = Math.sqrt(sumOfSquares);
    return norm > bound ? (float) (bound / norm) : 1f;
  }

  /**
   * Whether the weights are a mean over the steps, with which to predict, and gradients must be
   * taken at another point: {@link #trainingPoint}.
   */
  public boolean averages() {
    return false;
  }

  /**
   * Where the next gradient must be taken, for an optimiser that {@link #averages}.
   *
   * @param x the weights, from {@code at}
   * @param slots in the order of {@link #slotNames}, from {@code at}
   * @param y receives the point, from {@code yAt}
   */
  public void trainingPoint(
      Updates updates, float[] x, float[][] slots, int at, float[] y, int yAt, int length) {
    System.arraycopy(x, at, y, yAt, length);
  }
}
