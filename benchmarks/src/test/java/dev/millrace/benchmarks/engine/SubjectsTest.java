package dev.millrace.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.measure.Categories;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every task there is can be done: a benchmark must not fail after minutes. */
class SubjectsTest {
  @Test
  void shouldMakeStepsOfEveryTask() {
    List<Task> tasks = new ArrayList<>();
    for (StepBenchmark benchmark :
        List.of(
            StepBenchmark.seedStep(),
            StepBenchmark.smallMlp(),
            StepBenchmark.mnistMlp(),
            StepBenchmark.inference(),
            StepBenchmark.hashedLinear(),
            StepBenchmark.embeddingMlp(),
            StepBenchmark.kernels(),
            StepBenchmark.optimizers())) {
      tasks.addAll(benchmark.tasks());
    }
    for (Task task : tasks.stream().map(SubjectsTest::small).toList()) {
      try (Subject subject = EngineProcess.subject(task)) {
        for (int step = 0; step < 3; step++) {
          subject.step(step);
        }
        assertThat(subject.facts()).as(task.argument()).containsKey(EngineProcess.VERSION);
      }
    }
  }

  /** The same with a table that fits into the heap of a test. */
  private static Task small(Task task) {
    return new Task(
        task.work(),
        task.inputs(),
        task.categories().map(one -> new Categories(one.fields(), 1 << 12, one.dimension())),
        task.layers(),
        task.loss(),
        task.optimizer(),
        task.batch());
  }

  @Test
  void shouldShareOutProductsAmongThreads() {
    for (Task.Work work :
        List.of(Task.Work.FORWARD, Task.Work.WEIGHT_GRADIENT, Task.Work.INPUT_GRADIENT)) {
      Task task = Task.of(work, 50, "200:linear", "mean_squared_error", "sgd", 8);
      try (Subject subject = ThreadsProcess.subject(ThreadsProcess.argument(task, 2))) {
        for (int step = 0; step < 3; step++) {
          subject.step(step);
        }
        assertThat(subject.facts()).containsKey(EngineProcess.VERSION);
      }
    }
  }

  @Test
  void shouldRefuseToShareOutAWholeStep() {
    Task step = StepBenchmark.mnistMlp().tasks().getFirst();
    assertThatThrownBy(() -> ThreadsProcess.subject(ThreadsProcess.argument(step, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("STEP");
  }

  @Test
  void shouldSayHowManyArraysTheOptimiserKeeps() {
    Task task = StepBenchmark.mnistMlp().tasks().getFirst();
    assertThat(EngineProcess.subject(task).facts()).containsEntry(EngineProcess.SLOTS, "2");
  }
}
