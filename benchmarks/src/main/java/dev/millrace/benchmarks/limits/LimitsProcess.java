package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Child;
import java.io.IOException;

/** The probes, in a JVM of their own. */
final class LimitsProcess {
  private LimitsProcess() {}

  public static void main(String[] arguments) throws IOException {
    Child.run(arguments, argument -> Probe.parse(argument).subject());
  }
}
