package dev.millrace.benchmarks.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A small pipeline file of any kind that there is, for the events of {@link EventDraw}. */
final class PipelineDraw {
  private enum Label {
    BINARY("field: sure, classes: [no, yes]", "no"),
    CLASSES("field: kind, classes: [a, b, c]", "b, c"),
    VALUE("field: amount", ""),
    COUNT("field: visits", "");

    final String yaml;
    final String frequent; // classes that may be undersampled

    Label(String yaml, String frequent) {
      this.yaml = yaml;
      this.frequent = frequent;
    }
  }

  private static final List<String> OPTIMIZERS =
      List.of(
          "auto",
          "{sgd: {learning_rate: 0.05}}",
          "{sgd: {learning_rate: 0.01, momentum: 0.9, nesterov: true, global_clipnorm: 1.0}}",
          "{sgd: {learning_rate: {inverse_time_decay: {initial_learning_rate: 0.1, decay_steps: 10,"
              + " decay_rate: 0.5}}}}",
          "{adam: {learning_rate: 0.01}}",
          "{adam: {amsgrad: true, clipvalue: 0.5}}",
          "adamw",
          "adagrad",
          "{rmsprop: {momentum: 0.5, centered: true}}",
          "nadam",
          "{ftrl: {learning_rate: 0.1, l1_regularization_strength: 0.01, beta: 1.0}}",
          "lion",
          "schedule_free_sgd",
          "{schedule_free_adamw: {learning_rate: 0.01, warmup_steps: 5}}");

  private static final List<String> ACTIVATIONS =
      List.of("relu", "tanh", "sigmoid", "gelu", "leaky_relu", "silu", "linear");

  private final SplittableRandom random;
  private final Label label;
  private final boolean panel;
  private final boolean exact; // the last layer is recursive_least_squares
  private boolean categories;

  PipelineDraw(SplittableRandom random) {
    this.random = random;
    label = Label.values()[random.nextInt(Label.values().length)];
    panel = label != Label.COUNT && random.nextInt(6) == 0;
    exact = label == Label.VALUE && !panel && random.nextInt(3) == 0;
  }

  String yaml() {
    String features = features();
    return """
    name: sim
    input:
      topic: events
      features: [%s]
    label: {%s}
    model: %s
    batch: %d
    seed: %d
    threads: %d
    snapshots: {every: %d steps, keep: %d}
    predictions: {attributions: %d, attribution_steps: 2, expert_weights: %s}
    %s\
    """
        .formatted(
            features,
            label(),
            panel ? "auto" : network(),
            batch(),
            random.nextInt(1000),
            random.nextInt(6) == 0 ? 2 : 1,
            random.nextInt(1, 41),
            random.nextInt(1, 6),
            random.nextInt(6) == 0 ? random.nextInt(1, 4) : 0,
            random.nextBoolean(),
            random.nextInt(4) == 0 ? "intervals: {coverage: 0.8}\n" : "");
  }

  private String label() {
    List<String> all = new ArrayList<>(List.of(label.yaml));
    maybe(all, "weight: w");
    if (random.nextInt(3) == 0) {
      all.add("delay: " + random.nextInt(1, 40));
    }
    if (!label.frequent.isEmpty() && random.nextInt(4) == 0) {
      boolean correction = random.nextBoolean();
      all.add(
          "undersampling: {rate: 0.4, classes: [%s], correction: %s}"
              .formatted(label.frequent, correction));
    }
    if (!label.frequent.isEmpty() && random.nextInt(4) == 0) {
      all.add("class_weight: balanced");
    }
    if (label == Label.BINARY && random.nextInt(4) == 0) {
      all.add("threshold: " + oneOf(List.of("0.3", "{metric: f1}")));
    }
    return String.join(", ", all);
  }

  private String network() {
    String layers = layers();
    return "{layers: [%s], loss: %s, optimizer: %s}"
        .formatted(layers, exact ? "auto" : loss(), oneOf(OPTIMIZERS));
  }

  /** Small batches more often: they make more steps. */
  private int batch() {
    return switch (random.nextInt(4)) {
      case 0 -> 1;
      case 1 -> random.nextInt(2, 5);
      case 2 -> random.nextInt(5, 17);
      default -> random.nextInt(17, 49);
    };
  }

  private String features() {
    List<String> features = new ArrayList<>();
    features.add(
        random.nextInt(4) == 0
            ? "{name: x, type: numeric, normalize: false}"
            : "{name: x, type: numeric}");
    maybe(features, "{name: n, type: numeric}");
    maybe(features, "{name: v, type: vector, size: 3}");
    int numbers = features.size();
    maybe(features, "{name: color, type: one_hot, categories: [red, green]}");
    maybe(features, "{name: city, type: hashed, buckets: %d}".formatted(random.nextInt(2, 17)));
    maybe(
        features,
        "{name: user, type: growing, size: %d%s}".formatted(random.nextInt(1, 13), growth()));
    categories = features.size() > numbers;
    return String.join(", ", features);
  }

  private String growth() {
    String count = random.nextInt(3) == 0 ? ", min_count: " + random.nextInt(2, 4) : "";
    return exact || random.nextInt(3) > 0
        ? count
        : count + ", expire_after: " + random.nextInt(1, 40);
  }

  private void maybe(List<String> list, String item) {
    if (random.nextBoolean()) {
      list.add(item);
    }
  }

  private String layers() {
    List<String> layers = new ArrayList<>();
    if (categories && random.nextInt(3) == 0) {
      String kind = oneOf(List.of("embedding", "embedding_bag"));
      layers.add("{%s: %d, inputs: [categories], name: e}".formatted(kind, random.nextInt(1, 5)));
      layers.add("{concatenate: [e, numbers]}");
    } else if (random.nextInt(8) == 0) {
      layers.add("{factorization_machine: {factors: 2, linear: true}}");
    } else if (random.nextInt(3) > 0) {
      layers.add(dense());
    }
    if (!layers.isEmpty()) {
      int more = random.nextInt(3);
      for (int i = 0; i < more; i++) {
        layers.add(later());
      }
    }
    if (exact) {
      layers.add(
          "{recursive_least_squares: {forgetting: %s}}".formatted(oneOf(List.of("1.0", "0.95"))));
    }
    return String.join(", ", layers);
  }

  private String dense() {
    String more = oneOf(List.of("", "", ", l2: 0.001", ", l1: 0.001", ", use_bias: false"));
    return "{dense: %d, activation: %s%s}"
        .formatted(random.nextInt(1, 9), oneOf(ACTIVATIONS), more);
  }

  private String later() {
    return switch (random.nextInt(5)) {
      case 0 -> "{dropout: 0.3}";
      case 1 -> "{layer_normalization: {}}";
      case 2 -> "{batch_normalization: {momentum: 0.9}}";
      case 3 -> "{cross: {}}";
      default -> dense();
    };
  }

  private String loss() {
    return switch (label) {
      case BINARY -> oneOf(List.of("auto", "hinge", "squared_hinge", "binary_focal_crossentropy"));
      case CLASSES -> oneOf(List.of("auto", "categorical_focal_crossentropy"));
      case VALUE -> oneOf(List.of("auto", "mean_absolute_error", "{huber: {delta: 0.5}}"));
      case COUNT -> "poisson";
    };
  }

  private String oneOf(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}
