package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The least time that a task could take on this core, measured anew each time it is asked. */
public final class Limits {
  private final Launcher launcher;

  public Limits(Launcher launcher) {
    this.launcher = launcher;
  }

  /**
   * What a task cannot be faster than.
   *
   * @param us microseconds a step
   * @param peakGflops of fused multiply-adds on one core, 10⁹ operations a second
   */
  public record Limit(double us, double peakGflops) {}

  /**
   * The limit of a task.
   *
   * @param slots arrays as long as the parameters that its optimiser keeps
   */
  public Limit of(Task task, int slots) throws IOException, InterruptedException {
    List<Probe> probes = new ArrayList<>(List.of(Probe.fma()));
    switch (task.work()) {
      case STEP ->
          probes.add(new Probe(Probe.Kind.UPDATE, floats(task.parameters() * (1 + slots))));
      case PREDICT -> probes.add(new Probe(Probe.Kind.READ, floats(task.parameters())));
      case FORWARD, WEIGHT_GRADIENT, INPUT_GRADIENT -> {}
    }
    List<Spread> spreads = measure(probes);
    double peak = gflops(probes.getFirst(), spreads.getFirst());
    return limit(task, peak, probes.size() > 1 ? spreads.get(1).p5() : 0);
  }

  private static int floats(long count) {
    return Math.toIntExact(count);
  }

  /** The probes' times, in µs a step. */
  List<Spread> measure(List<Probe> probes) throws IOException, InterruptedException {
    List<Samples> samples =
        launcher.run(
            Launcher.java(LimitsProcess.class.getName()),
            probes.stream().map(Probe::argument).toList());
    return samples.stream().map(one -> Spread.ofMany(one.us())).toList();
  }

  static double gflops(Probe probe, Spread us) {
    return probe.flops() / us.p5() / 1e3;
  }

  static double gbPerSecond(Probe probe, Spread us) {
    return probe.bytes() / us.p5() / 1e3;
  }

  /**
   * A step must make its products and then pass over weights and slots, reading and writing; a
   * prediction must make its products and read the weights, which can go on at the same time.
   *
   * @param passUs the time of that pass
   */
  static Limit limit(Task task, double peakGflops, double passUs) {
    double productsUs = task.flops() / peakGflops / 1e3;
    double us =
        switch (task.work()) {
          case STEP -> productsUs + passUs;
          case PREDICT -> Math.max(productsUs, passUs);
          case FORWARD, WEIGHT_GRADIENT, INPUT_GRADIENT -> productsUs;
        };
    return new Limit(us, peakGflops);
  }
}
