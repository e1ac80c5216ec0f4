package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.ProcessClock;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.measure.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * A JVM that makes steps from its first moment on and watches itself warm up. Its times are of the
 * processor, compilers included.
 */
final class FirstSecondsProcess {
  static final String START_MS = "jvm_start_to_first_step_ms";
  static final String FIRST_MS = "first_step_ms";
  static final String FIRST_200_MS = "steps_1_to_200_ms";
  static final String WARM_S = "s_until_within_1_5_of_steady";

  /** Steps between two looks at the clock, which costs more than a small step. */
  private static final int UNTIMED = 10;

  private static final long RUN_NS = 8_000_000_000L;

  private FirstSecondsProcess() {}

  /** Arguments: the file to write and the task. */
  public static void main(String[] arguments) throws IOException {
    EngineSubject subject = new EngineSubject(Task.parse(arguments[1]));
    LongSupplier nanos = ProcessClock.here();
    WarmUpCurve curve = new WarmUpCurve();
    long begin = nanos.getAsLong();
    int steps = 0;
    long ns = 0;
    while (ns < RUN_NS) {
      int more = steps < WarmUpCurve.FIRST ? 1 : UNTIMED;
      for (int i = 0; i < more; i++) {
        subject.step(steps++);
      }
      ns = nanos.getAsLong() - begin;
      curve.ended(more, ns);
    }
    Map<String, String> facts = new TreeMap<>(subject.facts());
    facts.put(START_MS, Double.toString(begin / 1e6));
    facts.put(FIRST_MS, Double.toString(curve.firstStepMs()));
    facts.put(FIRST_200_MS, Double.toString(curve.firstStepsMs()));
    facts.put(WARM_S, Double.toString(curve.warmAfterS()));
    Samples samples = new Samples(curve.steadyUs(), Double.NaN, facts);
    Files.write(Path.of(arguments[0]), List.of(samples.line()));
  }
}
