package dev.millrace.benchmarks.crash;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.benchmarks.process.Directories;
import dev.millrace.benchmarks.process.RunFlags;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

/** {@code benchmarks/crash}: kills a pipeline and proves that nothing came of it. */
@Command(
    name = "crash",
    description = {
      "Kills a pipeline again and again while events arrive, and compares all that it said and",
      "learned with a plain loop over the same events, bit for bit."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/crash benchmarks/crash.yaml --data examples/data/elec2.csv.gz --kills 100 -o"
          + " json",
      "  benchmarks/crash benchmarks/crash.yaml --data examples/data/elec2.csv.gz --points"
          + " zombie,scale --partitions 2"
    })
public final class CrashCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Spec private CommandSpec spec;
  @Mixin private RunFlags flags;

  @Option(names = "--kills", paramLabel = "N", defaultValue = "6", description = "Default: 6.")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Decides points, their order, counts and delays. Default: 1.")
  private long seed;

  @Option(
      names = "--partitions",
      paramLabel = "P",
      defaultValue = "1",
      description = "Partitions of the input. Default: 1, which is compared with eval too.")
  private int partitions;

  @Option(
      names = "--points",
      paramLabel = "POINT",
      split = ",",
      description = "Where to kill. Default: everywhere; scale needs two partitions.")
  private List<String> points;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description = "Rows sent a second. Default: 200.")
  private int rowsPerSecond;

  @Option(
      names = "--at-least-once",
      description = "Negative control: switch exactly-once off, which must be found out.")
  private boolean atLeastOnce;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    CrashRun.Settings settings = settings();
    Path dir = Files.createTempDirectory("millrace-crash-");
    CrashRun.Result result;
    try {
      result = CrashRun.run(settings, dir, line -> print(err, line));
    } catch (CrashException e) {
      print(err, e.getMessage());
      print(err, "all of it is in " + dir);
      return FAILED;
    }
    print(out, result);
    if (!result.passed()) {
      print(err, complaint(result) + "; all of it is in " + dir);
      return FAILED;
    }
    Directories.delete(dir);
    return 0;
  }

  private CrashRun.Settings settings() {
    if (kills < 1 || partitions < 1 || rowsPerSecond < 1) {
      throw new ParameterException(
          spec.commandLine(), "--kills, --partitions and --rate are at least 1");
    }
    List<KillPoint> chosen =
        Arrays.stream(KillPoint.values())
            .filter(point -> partitions > 1 || point != KillPoint.SCALE)
            .toList();
    if (points != null) {
      try {
        chosen = points.stream().map(KillPoint::of).toList();
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }
    if (partitions == 1 && chosen.contains(KillPoint.SCALE)) {
      throw new ParameterException(spec.commandLine(), "scale needs --partitions of at least 2");
    }
    return new CrashRun.Settings(
        flags.pipeline(),
        flags.data(),
        kills,
        seed,
        partitions,
        chosen,
        !atLeastOnce,
        rowsPerSecond);
  }

  private static String complaint(CrashRun.Result result) {
    return result.verdict().exact()
        ? "%d of %d kills came before any commit and proved nothing"
            .formatted(result.kills() - result.effective(), result.kills())
        : "the outputs or the weights are not those of the plain loop";
  }

  private void print(PrintWriter out, CrashRun.Result result) throws JsonProcessingException {
    Map<String, Object> fields = fields(result);
    if (flags.json()) {
      out.println(JsonMapper.builder().build().writeValueAsString(fields));
    } else {
      fields.forEach((name, value) -> out.printf("%-28s %s%n", name, value));
    }
    out.flush();
  }

  private Map<String, Object> fields(CrashRun.Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    Verdict verdict = result.verdict();
    fields.put("kills", result.kills());
    fields.put("kills_effective", result.effective());
    fields.put("records", verdict.events());
    fields.put("outputs", verdict.outputs().records());
    fields.put("lost", verdict.outputs().lost());
    fields.put("duplicated", verdict.outputs().duplicated());
    fields.put("out_of_order", verdict.outputs().outOfOrder());
    fields.put("wrong", verdict.outputs().wrong());
    fields.put("weights_equal", verdict.weightsEqual());
    fields.put("metrics_equal", verdict.metricsEqual());
    fields.put("changelog_equal", verdict.changelogEqual());
    fields.put("eval_equal", partitions == 1 ? verdict.evalEqual() : null);
    fields.put("breaks_if_read_uncommitted", result.uncommitted().outputs().sum());
    fields.put("seed", seed);
    fields.put("partitions", partitions);
    fields.put("seconds", Math.round(result.seconds() * 10) / 10.0);
    Map<String, Integer> byPoint = new LinkedHashMap<>();
    result.byPoint().forEach((point, number) -> byPoint.put(point.label(), number));
    fields.put("kills_by_point", byPoint);
    return fields;
  }

  private static void print(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
