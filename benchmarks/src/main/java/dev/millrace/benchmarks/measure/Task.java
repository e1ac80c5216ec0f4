package dev.millrace.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is timed: a piece of work on a chain of dense layers. It passes to another process as one
 * argument.
 *
 * @param inputs numbers that the first layer reads; those of embeddings where there are any
 * @param categories what a row has instead of numbers; only a {@link Work#STEP} knows them
 * @param loss Keras' name: {@code categorical_crossentropy}, {@code binary_crossentropy} or {@code
 *     mean_squared_error}
 * @param optimizer Keras' name, with Keras' defaults
 * @param batch rows a step
 */
public record Task(
    Work work,
    int inputs,
    Optional<Categories> categories,
    List<Layer> layers,
    String loss,
    String optimizer,
    int batch) {
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
    if (inputs < 1 && categories.isEmpty() || batch < 1 || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "a task has inputs, layers and rows, inputs=" + inputs + ", batch=" + batch);
    }
    if (categories.isPresent() && work != Work.STEP) {
      throw new IllegalArgumentException("categories are for steps, work=" + work);
    }
  }

  /** A task with layers as in {@code 512:relu,10:softmax}. */
  public static Task of(
      Work work, int inputs, String layers, String loss, String optimizer, int batch) {
    return new Task(work, inputs, Optional.empty(), layers(layers), loss, optimizer, batch);
  }

  /** A step on rows of categories. */
  public static Task of(
      Categories categories, String layers, String loss, String optimizer, int batch) {
    return new Task(
        Work.STEP,
        categories.fields() * categories.dimension(),
        Optional.of(categories),
        layers(layers),
        loss,
        optimizer,
        batch);
  }

  private static List<Layer> layers(String layers) {
    List<Layer> parsed = new ArrayList<>();
    for (String layer : layers.split(",")) {
      String[] parts = layer.split(":");
      parsed.add(new Layer(Integer.parseInt(parts[0]), parts[1]));
    }
    return parsed;
  }

  /** The task whose {@link #argument} that is. */
  public static Task parse(String argument) {
    String[] parts = argument.split(" ");
    if (parts.length != 6) {
      throw new IllegalArgumentException("a task has six parts, argument=" + argument);
    }
    Work work = Work.valueOf(parts[0].toUpperCase(Locale.ROOT));
    int batch = Integer.parseInt(parts[5]);
    return Categories.isArgument(parts[1])
        ? of(Categories.parse(parts[1]), parts[2], parts[3], parts[4], batch)
        : of(work, Integer.parseInt(parts[1]), parts[2], parts[3], parts[4], batch);
  }

  /**
   * {@code step 1000 512:relu,10:softmax categorical_crossentropy adam 32}, or with {@code
   * 39/262144/16} for the inputs.
   */
  public String argument() {
    List<String> written =
        layers.stream().map(one -> one.units() + ":" + one.activation()).toList();
    return "%s %s %s %s %s %d"
        .formatted(
            work.name().toLowerCase(Locale.ROOT),
            categories.map(Categories::argument).orElse(Integer.toString(inputs)),
            String.join(",", written),
            loss,
            optimizer,
            batch);
  }

  /** {@code 1000-512-10} or {@code (39 of 2^18)x16-64-1}. */
  public String network() {
    StringBuilder name = new StringBuilder();
    name.append(categories.map(Categories::text).orElse(Integer.toString(inputs)));
    layers.forEach(layer -> name.append('-').append(layer.units()));
    return name.toString();
  }

  /** The width of the last layer. */
  public int outputs() {
    return layers.getLast().units();
  }

  /** Numbers in a row. */
  public int numbers() {
    return categories.isPresent() ? 0 : inputs;
  }

  /** Columns of the table with a row for each category; 0 if there are none. */
  public int tableColumns() {
    int units = layers.getFirst().units();
    return categories.map(one -> one.dimension() == 0 ? units : one.dimension()).orElse(0);
  }

  /** Weights and biases of all layers and of the table. */
  public long parameters() {
    return denseParameters()
        + (long) tableColumns() * categories.map(Categories::vocabulary).orElse(0);
  }

  /** Weights and biases but for the table, of which a step touches the active rows alone. */
  public long denseParameters() {
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
   * gradient; the first layer has that too if it reads embeddings. Where it reads categories, its
   * inputs are the active ones.
   */
  public double flops() {
    double sum = 0;
    int width = inputs > 0 ? inputs : categories.map(Categories::fields).orElseThrow();
    boolean embeds = categories.isPresent() && inputs > 0;
    for (int i = 0; i < layers.size(); i++) {
      int units = layers.get(i).units();
      int products = work != Work.STEP ? 1 : i == 0 && !embeds ? 2 : 3;
      sum += products * 2.0 * batch * width * units;
      width = units;
    }
    return sum;
  }
}
