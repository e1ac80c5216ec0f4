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
    List<String> probes = new ArrayList<>(List.of(Probe.fma().argument()));
    switch (task.work()) {
      case STEP -> {
        int floats = floats(task.denseParameters() * (1 + slots));
        probes.add(new Probe(Probe.Kind.UPDATE, floats).argument());
        if (task.categories().isPresent()) {
          probes.add(TableProbe.argument(task, slots));
        }
      }
      case PREDICT ->
          probes.add(new Probe(Probe.Kind.READ, floats(task.denseParameters())).argument());
      case FORWARD, WEIGHT_GRADIENT, INPUT_GRADIENT -> {}
    }
    List<Spread> spreads = measure(probes);
    double peak = gflops(Probe.fma(), spreads.getFirst());
    double passUs = spreads.stream().skip(1).mapToDouble(Spread::p5).sum();
    return limit(task, peak, passUs);
  }

  private static int floats(long count) {
    return Math.toIntExact(count);
  }

  /** The times of probes, by their arguments, in µs a step. */
  List<Spread> measure(List<String> probes) throws IOException, InterruptedException {
    List<Samples> samples = launcher.run(Launcher.java(LimitsProcess.class.getName()), probes);
    return samples.stream().map(one -> Spread.ofMany(one.us())).toList();
  }

  static double gflops(Probe probe, Spread us) {
    return probe.flops() / us.p5() / 1e3;
  }

  static double gbPerSecond(Probe probe, Spread us) {
    return probe.bytes() / us.p5() / 1e3;
  }

  /**
   * A step must make its products and then pass over weights and slots, reading and writing, of a
   * table over the active rows, which are not known before; a prediction must make its products and
   * read the weights, which can go on at the same time.
   *
   * @param passUs the time of that pass, or of those
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
