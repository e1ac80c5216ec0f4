package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.Timing;
import dev.millrace.benchmarks.limits.Limits;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.benchmarks.peers.Peer;
import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Times a task: the engine, then the machine's limit, then peers, all on one core. */
final class TimeTrial {
  /** Arrays as long as the parameters: weights, the slots of most optimisers, one to spare. */
  private static final long ARRAYS_MAX = 4;

  /** Within the default heap of a machine of 4 GiB. */
  private static final long SMALL_HEAP = 512 << 20;

  private final Launcher launcher;
  private final Limits limits;
  private final List<Peer> peers;
  private final Consumer<String> progress;

  /**
   * @param peers to be measured beside the engine
   */
  TimeTrial(Benchmark.Settings settings, List<Peer> peers, Consumer<String> progress) {
    this.launcher = settings.launcher();
    this.limits = new Limits(launcher);
    this.peers = peers;
    this.progress = progress;
  }

  /** Measures; the name says what is special about the task, beside its batch. */
  Timing time(String benchmark, String name, Task task) throws IOException, InterruptedException {
    progress.accept(name + ", batch " + task.batch());
    List<String> command = command(task);
    Samples engine = launcher.run(command, List.of(task.argument())).getFirst();
    Spread us = Spread.ofMany(engine.us());
    int slots = Integer.parseInt(engine.facts().getOrDefault(EngineProcess.SLOTS, "0"));
    Limits.Limit limit = limits.of(task, slots);
    Map<String, Timing.Peer> times = new LinkedHashMap<>();
    Map<String, String> absent = new LinkedHashMap<>();
    for (Peer peer : peers) {
      if (peer.absent() == null) {
        times.put(peer.name(), time(peer, task, us));
      } else {
        absent.put(peer.name(), peer.absent());
      }
    }
    return new Timing(
        benchmark,
        name,
        task.batch(),
        us,
        figures(task, us, limit, engine),
        engine.facts().get(EngineProcess.VERSION),
        times,
        absent);
  }

  /** A JVM with a larger heap than this one has, where a table needs it. */
  private static List<String> command(Task task) {
    String main = EngineProcess.class.getName();
    long bytes = Float.BYTES * ARRAYS_MAX * task.parameters();
    return bytes < SMALL_HEAP
        ? Launcher.java(main)
        : Launcher.java(
            main,
            System.getProperty("java.class.path"),
            "-Xmx%dm".formatted((SMALL_HEAP + bytes) >> 20));
  }

  private Timing.Peer time(Peer peer, Task task, Spread ours)
      throws IOException, InterruptedException {
    progress.accept("  " + peer.name());
    Samples samples = launcher.run(peer.command(), List.of(task.argument())).getFirst();
    Spread us = Spread.ofMany(samples.us());
    return new Timing.Peer(us, us.p5() / ours.p5(), samples.facts().get(EngineProcess.VERSION));
  }

  /** Examples by the median; what is compared with a limit by the fifth percentile. */
  static Map<String, Double> figures(Task task, Spread us, Limits.Limit limit, Samples engine) {
    double gflops = task.flops() / us.p5() / 1e3;
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("examples_per_s", 1e6 * task.batch() / us.median());
    figures.put("gflops", gflops);
    figures.put("share_of_fma_peak", gflops / limit.peakGflops());
    figures.put("limit_us", limit.us());
    figures.put("ratio_to_limit", limit.us() / us.p5());
    figures.put("bytes_per_step", engine.bytesPerStep());
    String peak = engine.facts().get(EngineProcess.PEAK_MB);
    if (peak != null) {
      figures.put(EngineProcess.PEAK_MB, Double.valueOf(peak));
    }
    return figures;
  }
}
