package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.Timing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The limits themselves. */
public final class LimitsBenchmark implements Benchmark {
  private static final int SEED_PARAMETERS = 517_642;

  /** All arrays together: half of a second cache, half of a small third one, far beyond any. */
  private static final Map<String, Integer> BYTES = new LinkedHashMap<>();

  static {
    BYTES.put("L2, 256 KiB", 256 << 10);
    BYTES.put("L3, 8 MiB", 8 << 20);
    BYTES.put("memory, 384 MiB", 384 << 20);
  }

  @Override
  public String name() {
    return "limits";
  }

  @Override
  public String doc() {
    return "what one core does at best: multiply-adds, bandwidth, one pass of Adam";
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    Limits limits = new Limits(settings.launcher());
    Map<String, Probe> probes = probes();
    List<Measurement> measurements = new ArrayList<>();
    for (Map.Entry<String, Probe> entry : probes.entrySet()) {
      progress.accept(entry.getKey());
      Probe probe = entry.getValue();
      Spread us = limits.measure(List.of(probe.argument())).getFirst();
      Map<String, Double> figures = new LinkedHashMap<>();
      if (probe.flops() > 0) {
        figures.put("gflops", Limits.gflops(probe, us));
      } else {
        figures.put("gb_per_s", Limits.gbPerSecond(probe, us));
        figures.put("bytes", probe.bytes());
      }
      measurements.add(
          new Timing(name(), entry.getKey(), 1, us, figures, "Vector API", Map.of(), Map.of()));
    }
    return measurements;
  }

  private static Map<String, Probe> probes() {
    Map<String, Probe> probes = new LinkedHashMap<>();
    probes.put("fused multiply-add", Probe.fma());
    for (Probe.Kind kind :
        List.of(Probe.Kind.READ, Probe.Kind.COPY, Probe.Kind.TRIAD, Probe.Kind.UPDATE)) {
      BYTES.forEach(
          (where, bytes) ->
              probes.put(kind.name().toLowerCase() + ", " + where, new Probe(kind, bytes / 4)));
    }
    int floats = 3 * SEED_PARAMETERS;
    probes.put("update of w, m, v of 517,642", new Probe(Probe.Kind.UPDATE, floats));
    probes.put("Adam over w, m, v of 517,642", new Probe(Probe.Kind.ADAM, floats));
    return probes;
  }
}
