package dev.millrace.app.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.demo.DataSet;
import dev.millrace.app.demo.Demo;
import dev.millrace.app.demo.Screen;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.config.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace demo}: everything at once, on real data. */
@Command(
    name = "demo",
    description = {
      "Shows all of it on a real data set, with nothing to install.",
      "Starts Kafka and a schema registry in this process, plays the data set into a topic, and"
          + " learns from it: predict each event, then learn it. Ctrl-C stops."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace demo",
      "  millrace demo bike_sharing --rate 500",
      "  millrace demo --dir ~/demo     (a second run goes on where the first stopped)",
      "  millrace demo --once --rate max -o json"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final double RATE_DEFAULT = 1_800;

  @Spec private CommandSpec spec;
  @Mixin private KernelFlag kernels;
  @Mixin private HttpFlags http;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..1",
      defaultValue = "elec2",
      description = "elec2, phishing, bike_sharing or image_segments. Default: elec2.")
  private String dataSet;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to keep everything. Default: a temporary directory, removed at the end.")
  private Path dir;

  @Option(
      names = "--rate",
      paramLabel = "N|max",
      description = "Events produced a second. Default: 1800, which takes elec2 25 seconds.")
  private String rate;

  @Option(
      names = "--once",
      description = "End when every event is predicted, learned and committed.")
  private boolean once;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "json prints one object at the end and nothing else. Default: table.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (!DataSet.NAMES.contains(dataSet)) {
      throw new ParameterException(
          spec.commandLine(),
          "there is no data set '"
              + dataSet
              + "'; expected "
              + String.join(", ", DataSet.NAMES)
              + Words.didYouMean(dataSet, DataSet.NAMES));
    }
    double eventsPerSecond = eventsPerSecond();
    Kernels chosen = kernels.select(err);
    boolean json = output == OutputFormat.json;
    try (Interrupt interrupt = new Interrupt();
        WorkDirectory work = WorkDirectory.of(dir)) {
      if (!json) {
        out.println("Starting Kafka and a schema registry …");
        out.flush();
      }
      Demo demo =
          new Demo(
              new DataSet(dataSet),
              work.path(),
              eventsPerSecond,
              chosen,
              json ? null : new Screen(out, Terminal.isThere()),
              pipeline -> http.open(List.of(pipeline), InstantSource.system(), err));
      Optional<Map<String, Object>> result =
          demo.run(
              interrupt::asked,
              summary -> {
                print(out, summary, json);
                return !once;
              });
      if (result.isEmpty() && !json) {
        out.println("stopped" + (dir == null ? "" : "; the next run goes on from here"));
        out.flush();
      }
      return result.isPresent() || !once ? ExitCodes.OK : ExitCodes.FAILURE;
    }
  }

  private void print(PrintWriter out, Map<String, Object> summary, boolean json)
      throws IOException {
    if (json) {
      out.println(JsonMapper.builder().build().writeValueAsString(summary));
    } else {
      out.printf("%nEvery event is predicted, learned and committed.%n");
      if (!once) {
        out.println("Ctrl-C stops.");
      }
    }
    out.flush();
  }

  private double eventsPerSecond() {
    if (rate == null) {
      return RATE_DEFAULT;
    }
    if (rate.equals("max")) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      double events = Double.parseDouble(rate);
      if (events > 0) {
        return events;
      }
    } catch (NumberFormatException e) {
      throw badRate(e);
    }
    throw badRate(null);
  }

  private ParameterException badRate(Throwable cause) {
    return new ParameterException(
        spec.commandLine(),
        "--rate is '" + rate + "'; expected a number of events greater than 0, or max",
        cause);
  }
}
