package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.measure.Categories;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.benchmarks.peers.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The time of some tasks on one core.
 *
 * @param peers whether others are measured beside the engine
 */
public record StepBenchmark(String name, String doc, boolean peers, List<Task> tasks)
    implements Benchmark {
  private static final String CLASSES = "categorical_crossentropy";
  private static final String YES_OR_NO = "binary_crossentropy";
  private static final String SEED = "512:relu,10:softmax";
  private static final String SMALL = "64:relu,32:relu,1:";

  /** The network of the first figures: as wide as the record is long, ten classes. */
  public static StepBenchmark seedStep() {
    return new StepBenchmark(
        "seed-step",
        "one Adam step of 1000-512-10: forward, backward, optimiser",
        true,
        batches(Task.Work.STEP, 1000, SEED, CLASSES, "adam", 1, 32, 256));
  }

  /** A network that fits into the first cache, once for yes or no and once for a number. */
  public static StepBenchmark smallMlp() {
    List<Task> tasks = new ArrayList<>();
    tasks.addAll(batches(Task.Work.STEP, 8, SMALL + "sigmoid", YES_OR_NO, "adam", 1, 32));
    tasks.addAll(batches(Task.Work.STEP, 8, SMALL + "linear", "mean_squared_error", "adam", 1, 32));
    return new StepBenchmark("small-mlp", "one Adam step of 8-64-32-1", true, tasks);
  }

  /** The size of the first tutorial of everybody. */
  public static StepBenchmark mnistMlp() {
    return new StepBenchmark(
        "mnist-mlp",
        "one Adam step of 784-128-10",
        true,
        batches(Task.Work.STEP, 784, "128:relu,10:softmax", CLASSES, "adam", 32));
  }

  /** Predicting without learning. */
  public static StepBenchmark inference() {
    return new StepBenchmark(
        "inference",
        "predictions of 1000-512-10, no learning",
        true,
        batches(Task.Work.PREDICT, 1000, SEED, CLASSES, "adam", 1, 32));
  }

  /** A linear model of yes or no whose rows are categories alone, as of advertisements. */
  public static StepBenchmark hashedLinear() {
    Categories categories = new Categories(39, 1 << 18, 0);
    List<Task> tasks = new ArrayList<>();
    for (int batch : new int[] {1, 32, 256}) {
      tasks.add(Task.of(categories, "1:sigmoid", YES_OR_NO, "adagrad", batch));
    }
    return new StepBenchmark(
        "hashed-linear",
        "one AdaGrad step of a linear model, 39 of 2^18 categories active",
        false,
        tasks);
  }

  /** Embeddings under a hidden layer, for a table that caches hold in part and one beyond them. */
  public static StepBenchmark embeddingMlp() {
    List<Task> tasks = new ArrayList<>();
    for (int vocabulary : new int[] {1 << 18, 1 << 22}) {
      Categories categories = new Categories(39, vocabulary, 16);
      tasks.add(Task.of(categories, "64:relu,1:sigmoid", YES_OR_NO, "adam", 32));
    }
    return new StepBenchmark(
        "embedding-mlp", "one Adam step of 39 embeddings of 16, 64 units, 1", false, tasks);
  }

  /** Every optimiser on the same two networks. */
  public static StepBenchmark optimizers() {
    List<Task> tasks = new ArrayList<>();
    for (String optimizer : EngineSubject.optimizers()) {
      tasks.addAll(batches(Task.Work.STEP, 1000, SEED, CLASSES, optimizer, 32));
      tasks.addAll(batches(Task.Work.STEP, 8, SMALL + "sigmoid", YES_OR_NO, optimizer, 32));
    }
    return new StepBenchmark("optimizers", "one step with each optimiser", false, tasks);
  }

  /** The three products of a layer. */
  public static StepBenchmark kernels() {
    List<Task> tasks = new ArrayList<>();
    for (Task.Work work :
        List.of(Task.Work.FORWARD, Task.Work.WEIGHT_GRADIENT, Task.Work.INPUT_GRADIENT)) {
      tasks.addAll(batches(work, 1000, "512:linear", "mean_squared_error", "sgd", 1, 32, 256));
      tasks.addAll(batches(work, 512, "10:linear", "mean_squared_error", "sgd", 32));
      tasks.addAll(batches(work, 64, "32:linear", "mean_squared_error", "sgd", 1, 32));
    }
    return new StepBenchmark("kernels", "the products of a dense layer, each alone", false, tasks);
  }

  private static List<Task> batches(
      Task.Work work, int inputs, String layers, String loss, String optimizer, int... batches) {
    List<Task> tasks = new ArrayList<>();
    for (int batch : batches) {
      tasks.add(Task.of(work, inputs, layers, loss, optimizer, batch));
    }
    return tasks;
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress) throws Exception {
    TimeTrial trial = new TimeTrial(settings, peers ? settings.peers() : List.<Peer>of(), progress);
    List<Measurement> measurements = new ArrayList<>();
    for (Task task : tasks) {
      measurements.add(trial.time(name, title(task), task));
    }
    return measurements;
  }

  /** What tells the tasks of a benchmark from one another, but for the batch. */
  private static String title(Task task) {
    return switch (task.work()) {
      case STEP ->
          "%s %s %s"
              .formatted(task.network(), task.layers().getLast().activation(), task.optimizer());
      case PREDICT -> task.network();
      case FORWARD, WEIGHT_GRADIENT, INPUT_GRADIENT ->
          task.network() + " " + task.work().name().toLowerCase().replace('_', ' ');
    };
  }
}
