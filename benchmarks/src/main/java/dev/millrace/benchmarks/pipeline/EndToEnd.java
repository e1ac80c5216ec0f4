package dev.millrace.benchmarks.pipeline;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.Rounds;
import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.process.BrokerProcess;
import dev.millrace.benchmarks.process.Directories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A topic of 4 KB records through a passthrough and through pipelines, in turn, each round under a
 * new application id with an empty state directory. A first round of each warms up and does not
 * count; profiles are taken apart, by {@link ProfileProcess}.
 */
public final class EndToEnd implements Benchmark {
  @Override
  public String name() {
    return "e2e-4kb";
  }

  @Override
  public String doc() {
    return "records/s of 4 KB through whole pipelines, beside Kafka Streams without a model";
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress) throws Exception {
    Path dir = Files.createTempDirectory("millrace-bench-");
    try (BrokerProcess broker = BrokerProcess.start(dir.resolve("broker"));
        Course course =
            new Course(
                new Course.Servers(broker.bootstrapServers(), broker.registryUrl()),
                Files.createDirectory(dir.resolve("measured")),
                "run",
                settings.records())) {
      progress.accept(course.kernels() + "; broker in a JVM of its own");
      double bytes = course.produce();
      progress.accept("%,d records produced, %.0f bytes each".formatted(settings.records(), bytes));
      return measure(course, bytes, settings, progress);
    } finally {
      Directories.delete(dir);
    }
  }

  private List<Measurement> measure(
      Course course, double bytes, Settings settings, Consumer<String> progress) throws Exception {
    Map<Contestant, double[]> rates = new LinkedHashMap<>();
    Map<Contestant, double[]> cpu = new LinkedHashMap<>();
    for (Contestant one : Contestant.ALL) {
      rates.put(one, new double[settings.rounds()]);
      cpu.put(one, new double[settings.rounds()]);
    }
    for (int round = -1; round < settings.rounds(); round++) {
      for (Contestant one : Contestant.ALL) {
        Round taken = course.run(one, () -> {});
        progress.accept(
            "%s, %s: %,.0f records/s"
                .formatted(
                    one.name(),
                    round < 0 ? "warm-up" : "round " + (round + 1),
                    taken.recordsPerSecond()));
        if (round >= 0) {
          rates.get(one)[round] = taken.recordsPerSecond();
          cpu.get(one)[round] = taken.cpuMicrosPerRecord();
        }
      }
    }
    double passthrough = Spread.of(rates.get(Contestant.PASSTHROUGH)).median();
    progress.accept("profiles, in a JVM of their own");
    Map<String, StageProfile.Shares> profiles = ProfileProcess.run(course);
    List<Measurement> measurements = new ArrayList<>();
    for (Contestant one : Contestant.ALL) {
      Spread rate = Spread.of(rates.get(one));
      Map<String, Spread> spreads = new LinkedHashMap<>();
      spreads.put("records_per_s", rate);
      spreads.put("mb_per_s", rate.times(bytes / 1e6));
      spreads.put("stream_thread_cpu_us_per_record", Spread.of(cpu.get(one)));
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("ratio_to_passthrough", rate.median() / passthrough);
      figures.put("us_per_record", 1e6 / rate.median());
      figures.put("rounds", (double) settings.rounds());
      figures.put("records", (double) settings.records());
      StageProfile.Shares shares = profiles.get(one.name());
      figures.put("profile_samples", (double) shares.samples());
      measurements.add(new Rounds(name(), one.name(), spreads, figures, shares.percent()));
    }
    return measurements;
  }
}
