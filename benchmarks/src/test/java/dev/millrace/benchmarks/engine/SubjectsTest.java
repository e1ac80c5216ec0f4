package dev.millrace.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
            StepBenchmark.kernels(),
            StepBenchmark.optimizers())) {
      tasks.addAll(benchmark.tasks());
    }
    for (Task task : tasks) {
      try (Subject subject = EngineProcess.subject(task)) {
        for (int step = 0; step < 3; step++) {
          subject.step(step);
        }
        assertThat(subject.facts()).as(task.argument()).containsKey(EngineProcess.VERSION);
      }
    }
  }

  @Test
  void shouldSayHowManyArraysTheOptimiserKeeps() {
    Task task = StepBenchmark.mnistMlp().tasks().getFirst();
    assertThat(EngineProcess.subject(task).facts()).containsEntry(EngineProcess.SLOTS, "2");
  }
}
