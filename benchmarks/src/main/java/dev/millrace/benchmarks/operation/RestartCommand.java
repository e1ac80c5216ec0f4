package dev.millrace.benchmarks.operation;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.benchmarks.operation.Restarts.End;
import dev.millrace.benchmarks.operation.Restarts.Return;
import dev.millrace.benchmarks.process.Directories;
import dev.millrace.benchmarks.process.RunFlags;
import dev.millrace.engine.state.StateBlocks;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/restart}: how long a pipeline takes to come back. */
@Command(
    name = "restart",
    description = {
      "Ends a pipeline while it learns, by SIGKILL and by SIGTERM in turns, starts it again, and",
      "measures the seconds until it runs and until a new prediction is committed. Medians."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/restart benchmarks/restart.yaml --data examples/data/elec2.csv.gz",
      "  benchmarks/restart benchmarks/restart.yaml --data examples/data/elec2.csv.gz \\",
      "      --try restore.consumer.max.poll.records=1000 --rounds 5 -o json"
    })
public final class RestartCommand implements Callable<Integer> {
  private static final double MB = 1e6;

  @Spec private CommandSpec spec;
  @Mixin private RunFlags flags;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Kills and stops, of each. Default: 3.")
  private int rounds;

  @Option(
      names = "--try",
      paramLabel = "NAME=VALUE,...",
      description = {
        "Kafka settings to compare with those of the file, in turns on one changelog.",
        "May be given several times."
      })
  private List<String> tries = List.of();

  @Option(
      names = "--waiting",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events that wait while the pipeline is away. Default: 1000.")
  private int waitingMax;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (rounds < 1 || waitingMax < 1) {
      throw new ParameterException(spec.commandLine(), "--rounds and --waiting are at least 1");
    }
    List<Map<String, String>> variants = new ArrayList<>(List.of(Map.of()));
    tries.forEach(settings -> variants.add(settings(settings)));
    PrintWriter err = spec.commandLine().getErr();
    Path dir = Files.createTempDirectory("millrace-restart-");
    try {
      Restarts.Result result =
          Restarts.run(
              new Restarts.Settings(flags.pipeline(), flags.data(), variants, rounds, waitingMax),
              dir,
              line -> {
                err.println(line);
                err.flush();
              });
      print(variants, result);
      return 0;
    } finally {
      Directories.delete(dir);
    }
  }

  private Map<String, String> settings(String text) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String one : text.split(",")) {
      String[] sides = one.split("=", 2);
      if (sides.length < 2) {
        throw new ParameterException(spec.commandLine(), "--try is NAME=VALUE, it is " + one);
      }
      settings.put(sides[0], sides[1]);
    }
    return settings;
  }

  private void print(List<Map<String, String>> variants, Restarts.Result result)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    for (Map<String, String> kafka : variants) {
      for (End end : Restarts.ends(kafka)) {
        Map<String, Object> row = row(kafka, end, result);
        if (flags.json()) {
          out.println(JsonMapper.builder().build().writeValueAsString(row));
        } else {
          row.forEach((name, value) -> out.printf("%-22s %s%n", name, value));
          out.println();
        }
      }
    }
    out.flush();
  }

  private Map<String, Object> row(Map<String, String> kafka, End end, Restarts.Result result) {
    List<Return> returns =
        result.returns().stream()
            .filter(one -> one.end() == end && one.kafka().equals(kafka))
            .toList();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("end", end.name().toLowerCase(Locale.ROOT));
    row.put("kafka", kafka);
    row.put("rounds", returns.size());
    row.put("model_mb", rounded(result.modelBytes() / MB));
    row.put("changelog_mb", median(returns, one -> one.changelogBytes() / MB));
    row.put("restored_blocks", median(returns, Return::blocks));
    row.put("restored_mb", median(returns, RestartCommand::restoredMb));
    row.put("restore_s", median(returns, Return::restoreSeconds));
    if (end == End.KILLED) {
      row.put("restore_mb_per_s", median(returns, one -> restoredMb(one) / one.restoreSeconds()));
    }
    row.put("running_s", median(returns, Return::runningSeconds));
    row.put("prediction_s", median(returns, Return::predictionSeconds));
    return row;
  }

  /** At most: the last block of an array is not full. */
  private static double restoredMb(Return one) {
    return one.blocks() * StateBlocks.BLOCK_BYTES / MB;
  }

  private static double median(List<Return> returns, ToDoubleFunction<Return> what) {
    double[] sorted = returns.stream().mapToDouble(what).sorted().toArray();
    return rounded((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
