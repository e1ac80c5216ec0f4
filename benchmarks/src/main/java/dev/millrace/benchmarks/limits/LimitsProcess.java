package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Child;
import dev.millrace.benchmarks.measure.Subject;
import java.io.IOException;

/** The probes, in a JVM of their own. */
final class LimitsProcess {
  private LimitsProcess() {}

  public static void main(String[] arguments) throws IOException {
    Child.run(arguments, LimitsProcess::subject);
  }

  private static Subject subject(String argument) {
    return TableProbe.isArgument(argument)
        ? TableProbe.parse(argument)
        : Probe.parse(argument).subject();
  }
}
