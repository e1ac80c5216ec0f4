package dev.millrace.benchmarks.operation;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.benchmarks.operation.ResidentMemory.Sample;
import dev.millrace.benchmarks.process.Directories;
import dev.millrace.benchmarks.process.RunFlags;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/soak}: how much memory a pipeline holds while it is busy. */
@Command(
    name = "soak",
    description = {
      "Keeps a pipeline as busy as it can be and looks every few seconds how much memory its"
          + " process",
      "holds. The slope is that of the second half; Linux only."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/soak benchmarks/crash.yaml --data examples/data/elec2.csv.gz --minutes 10 -o"
          + " json",
      "  MILLRACE_JAVA_OPTS=-Xmx512m benchmarks/soak benchmarks/crash.yaml --data"
          + " examples/data/elec2.csv.gz"
    })
public final class SoakCommand implements Callable<Integer> {
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final double MB = 1e6;

  @Spec private CommandSpec spec;
  @Mixin private RunFlags flags;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "Of load, from when the pipeline has committed. Default: 10.")
  private int minutes;

  @Option(
      names = "--waiting",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Events that wait at most. Default: 200000.")
  private int waitingMax;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (minutes < 1 || waitingMax < 1) {
      throw new ParameterException(spec.commandLine(), "--minutes and --waiting are at least 1");
    }
    Path dir = Files.createTempDirectory("millrace-soak-");
    try (Site site = new Site(flags.pipeline(), flags.data(), dir)) {
      try (Feed feed = site.startFeed(waitingMax);
          PipelineProcess process = site.startPipeline(Map.of())) {
        List<Sample> samples = sample(site, feed, process);
        process.stop();
        print(samples);
      }
    } finally {
      Directories.delete(dir);
    }
    return 0;
  }

  private List<Sample> sample(Site site, Feed feed, PipelineProcess process)
      throws IOException, InterruptedException {
    while (site.committed() == 0) {
      process.mustLive();
      Thread.sleep(INTERVAL);
    }
    List<Sample> samples = new ArrayList<>();
    long start = System.nanoTime();
    double seconds = 0;
    while (seconds < 60.0 * minutes) {
      process.mustLive();
      feed.mustWork();
      seconds = (System.nanoTime() - start) / 1e9;
      Sample sample = new Sample(seconds, ResidentMemory.of(process.pid()), site.committed());
      samples.add(sample);
      say(sample);
      Thread.sleep(INTERVAL);
    }
    return samples;
  }

  private void say(Sample sample) {
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        "%4.0f s  %7.1f MB  %d events%n",
        sample.seconds(), sample.bytes() / MB, sample.committed());
    err.flush();
  }

  private void print(List<Sample> samples) throws IOException {
    Sample last = samples.getLast();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("seconds", rounded(last.seconds()));
    fields.put("events", last.committed());
    fields.put(
        "events_per_s",
        Math.round((last.committed() - samples.getFirst().committed()) / last.seconds()));
    fields.put(
        "resident_mb_max",
        rounded(samples.stream().mapToLong(Sample::bytes).max().orElseThrow() / MB));
    fields.put("resident_mb_last", rounded(last.bytes() / MB));
    fields.put("slope_mb_per_min", rounded(ResidentMemory.slopePerMinute(samples) / MB));
    PrintWriter out = spec.commandLine().getOut();
    if (flags.json()) {
      fields.put(
          "samples",
          samples.stream()
              .map(one -> List.of(rounded(one.seconds()), rounded(one.bytes() / MB)))
              .toList());
      out.println(JsonMapper.builder().build().writeValueAsString(fields));
    } else {
      fields.forEach((name, value) -> out.printf("%-20s %s%n", name, value));
    }
    out.flush();
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
