package dev.millrace.benchmarks.operation;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.cli.OutputFormat;
import dev.millrace.benchmarks.process.Cores;
import dev.millrace.benchmarks.process.Directories;
import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/serve}: how soon a served model answers at a fixed rate. */
@Command(
    name = "serve",
    description = {
      "Publishes a model of 1000-512-10, serves it on one core, asks it over HTTP at a fixed rate",
      "from another core, and measures each answer from the moment when its request was due."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/serve",
      "  benchmarks/serve --rate 500 --rate 2000 --rate 4000 --seconds 30 -o json"
    })
public final class ServeCommand implements Callable<Integer> {
  private static final int REQUESTS = 64;
  private static final double NS_PER_US = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second; may be given several times. Default: 2000.")
  private List<Integer> rates = List.of(2_000);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long each rate is measured. Default: 60.")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description = "How long each rate is held before. Default: 20.")
  private int warmUpSeconds;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How to print the result. Default: table.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1 || warmUpSeconds < 0 || rates.stream().anyMatch(rate -> rate < 1)) {
      throw new ParameterException(spec.commandLine(), "rates and seconds are at least 1");
    }
    List<Integer> cores = Cores.allowed();
    Launcher core = Launcher.onto(cores.getLast());
    boolean apart = Cores.pinnable() && cores.size() > 1;
    if (apart) {
      leaveAlone(cores);
    }
    Path dir = Files.createTempDirectory("millrace-serve-");
    try (ServedSite site = ServedSite.start(core.prefix(), dir)) {
      if (apart) {
        letWait(site.brokerPid());
      }
      for (int rate : rates) {
        try (OpenLoop loop = new OpenLoop(site.port(), requests())) {
          loop.run(rate, rate * warmUpSeconds);
          double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
          long cpuNs = site.cpuNs();
          OpenLoop.Latencies latencies = loop.run(rate, rate * seconds);
          print(row(rate, load, latencies, site.cpuNs() - cpuNs));
          site.mustLive();
        }
      }
      return 0;
    } finally {
      Directories.delete(dir);
    }
  }

  /** This process, and what it starts, keeps off the core that serves. */
  private static void leaveAlone(List<Integer> cores) throws IOException, InterruptedException {
    StringJoiner others = new StringJoiner(",");
    cores.subList(0, cores.size() - 1).forEach(core -> others.add(Integer.toString(core)));
    run("taskset", "-apc", others.toString(), Long.toString(ProcessHandle.current().pid()));
  }

  /** That process runs when the client, on the same core, has nothing to do. */
  private static void letWait(long pid) throws IOException, InterruptedException {
    run("chrt", "--all-tasks", "--idle", "--pid", "0", Long.toString(pid));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException("status=" + status + " of: " + String.join(" ", command));
    }
  }

  private static List<byte[]> requests() {
    List<byte[]> requests = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      StringJoiner numbers = new StringJoiner(",");
      for (float number : ServedSite.numbers(1_000_000L + i)) {
        numbers.add(Float.toString(number));
      }
      String body =
          "{\"inputs\":[{\"name\":\"v\",\"shape\":[1,%d],\"datatype\":\"FP32\",\"data\":[%s]}]}"
              .formatted(ServedSite.NUMBERS, numbers);
      String request =
          "POST /v2/models/numbers/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(body.length(), body);
      requests.add(request.getBytes(StandardCharsets.US_ASCII));
    }
    return requests;
  }

  private static Map<String, Object> row(
      int rate, double load, OpenLoop.Latencies latencies, long cpuNs) {
    Histogram due = latencies.sinceDue();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("rate_per_s", rate);
    row.put("requests", due.getTotalCount());
    row.put("load_before", load);
    row.put("mean_us", us(due.getMean()));
    row.put("p50_us", us(due.getValueAtPercentile(50)));
    row.put("p90_us", us(due.getValueAtPercentile(90)));
    row.put("p99_us", us(due.getValueAtPercentile(99)));
    row.put("p999_us", us(due.getValueAtPercentile(99.9)));
    row.put("max_us", us(due.getMaxValue()));
    row.put("p50_since_sent_us", us(latencies.sinceSent().getValueAtPercentile(50)));
    row.put("p99_since_sent_us", us(latencies.sinceSent().getValueAtPercentile(99)));
    Histogram undisturbed = latencies.undisturbed();
    row.put("disturbed", 1 - 1.0 * undisturbed.getTotalCount() / due.getTotalCount());
    row.put("p50_undisturbed_us", us(undisturbed.getValueAtPercentile(50)));
    row.put("p99_undisturbed_us", us(undisturbed.getValueAtPercentile(99)));
    row.put("server_cpu_us", us(1.0 * cpuNs / due.getTotalCount()));
    return row;
  }

  private static double us(double nanoseconds) {
    return Math.round(nanoseconds / NS_PER_US * 10) / 10.0;
  }

  private void print(Map<String, Object> row) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (output == OutputFormat.json) {
      out.println(JsonMapper.builder().build().writeValueAsString(row));
    } else {
      row.forEach((name, value) -> out.printf(Locale.ROOT, "%-18s %s%n", name, value));
      out.println();
    }
    out.flush();
  }
}
