package dev.millrace.benchmarks.tensorflow;

import dev.millrace.benchmarks.measure.Child;
import dev.millrace.benchmarks.measure.Task;
import java.io.IOException;

/** TensorFlow in a JVM of its own. */
final class TensorFlowProcess {
  private TensorFlowProcess() {}

  public static void main(String[] arguments) throws IOException {
    Child.run(arguments, argument -> new TensorFlowSubject(Task.parse(argument)));
  }
}
