package dev.millrace.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is timed: a piece of work on a chain of dense layers. It passes to another process as one
 * argument.
 *
 * @param loss Keras' name: {@code categorical_crossentropy}, {@code binary_crossentropy} or {@code
 *     mean_squared_error}
 * @param optimizer Keras' name, with Keras' defaults
 * @param batch rows a step
 */
public record Task(
    Work work, int inputs, List<Layer> layers, String loss, String optimizer, int batch) {
  /** One dense layer; the activation by Keras' name. */
  public record Layer(int units, String activation) {}

  /** The pieces of work. Those of one kernel are for tasks of one layer. */
  public enum Work {
    /** Forward, loss, backward and the optimiser. */
    STEP,
    /** Forward alone. */
    PREDICT,
    /** The product of a layer's forward, with its bias. */
    FORWARD,
    /** The product of a layer's input and output gradient. */
    WEIGHT_GRADIENT,
    /** The product of a layer's output gradient and its weights. */
    INPUT_GRADIENT
  }

  public Task {
    layers = List.copyOf(layers);
    if (inputs < 1 || batch < 1 || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "a task has inputs, layers and rows, inputs=" + inputs + ", batch=" + batch);
    }
  }

  /** A task with layers as in {@code 512:relu,10:softmax}. */
  public static Task of(
      Work work, int inputs, String layers, String loss, String optimizer, int batch) {
    List<Layer> parsed = new ArrayList<>();
    for (String layer : layers.split(",")) {
      String[] parts = layer.split(":");
      parsed.add(new Layer(Integer.parseInt(parts[0]), parts[1]));
    }
    return new Task(work, inputs, parsed, loss, optimizer, batch);
  }

  /** The task whose {@link #argument} that is. */
  public static Task parse(String argument) {
    String[] parts = argument.split(" ");
    if (parts.length != 6) {
      throw new IllegalArgumentException("a task has six parts, argument=" + argument);
    }
    Work work = Work.valueOf(parts[0].toUpperCase(Locale.ROOT));
    int inputs = Integer.parseInt(parts[1]);
    return of(work, inputs, parts[2], parts[3], parts[4], Integer.parseInt(parts[5]));
  }

  /** {@code step 1000 512:relu,10:softmax categorical_crossentropy adam 32}. */
  public String argument() {
    List<String> written =
        layers.stream().map(one -> one.units() + ":" + one.activation()).toList();
    return "%s %d %s %s %s %d"
        .formatted(
            work.name().toLowerCase(Locale.ROOT),
            inputs,
            String.join(",", written),
            loss,
            optimizer,
            batch);
  }

  /** {@code 1000-512-10}. */
  public String network() {
    StringBuilder name = new StringBuilder().append(inputs);
    layers.forEach(layer -> name.append('-').append(layer.units()));
    return name.toString();
  }

  /** The width of the last layer. */
  public int outputs() {
    return layers.getLast().units();
  }

  /** Weights and biases. */
  public long parameters() {
    long sum = 0;
    int width = inputs;
    for (Layer layer : layers) {
      sum += (width + 1L) * layer.units();
      width = layer.units();
    }
    return sum;
  }

  /**
   * Floating-point operations of the matrix products, 2·rows·inputs·units each; nothing else
   * counts. A step has the forward, the weights' gradient, and but for the first layer the inputs'
   * gradient.
   */
  public double flops() {
    double sum = 0;
    int width = inputs;
    for (int i = 0; i < layers.size(); i++) {
      int units = layers.get(i).units();
      int products = work != Work.STEP ? 1 : i == 0 ? 2 : 3;
      sum += products * 2.0 * batch * width * units;
      width = units;
    }
    return sum;
  }
}
