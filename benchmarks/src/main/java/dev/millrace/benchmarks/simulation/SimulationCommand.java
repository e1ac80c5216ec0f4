package dev.millrace.benchmarks.simulation;

import dev.millrace.app.cli.OutputFormat;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./millrace-sim}: runs histories and says whether all came out as they must. */
@Command(
    name = "millrace-sim",
    description = {
      "Runs the learner and its store under a simulated Kafka that crashes, stalls and moves them,",
      "and compares what was committed with one plain loop, byte by byte. A seed is a history."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading =
        "%nExit code: 0 if every history came out as it must, 1 if one did not.%n%nExamples:%n",
    footer = {
      "  ./millrace-sim --seeds 1..10000",
      "  ./millrace-sim --seeds 17 --trace",
      "  ./millrace-sim --seeds 1..500 --broker-fault ZOMBIES_NOT_FENCED -o json"
    })
public final class SimulationCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(-?\\d{1,18})(?:\\.\\.(-?\\d{1,18}))?");
  private static final double NANOS_PER_SECOND = 1e9;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "FROM..TO",
      defaultValue = "1..2000",
      description = "Both inclusive; or one seed. Default: 1..2000.")
  private String seeds;

  @Option(names = "--trace", description = "Tell each history as it goes.")
  private boolean trace;

  @Option(
      names = "--broker-fault",
      paramLabel = "FAULT",
      defaultValue = "NONE",
      description = {
        "A promise that the simulated Kafka breaks, to see that the checks notice:",
        "${COMPLETION-CANDIDATES}. Default: NONE."
      })
  private BrokerFault fault;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "For people, or one JSON object. Default: table.")
  private OutputFormat output;

  public static void main(String[] args) {
    System.exit(new CommandLine(new SimulationCommand()).execute(args));
  }

  @Override
  public Integer call() {
    Matcher range = RANGE.matcher(seeds);
    if (!range.matches()) {
      throw new ParameterException(
          spec.commandLine(), "--seeds is FROM..TO, such as 1..2000, seeds=" + seeds);
    }
    long from = Long.parseLong(range.group(1));
    long to = range.group(2) == null ? from : Long.parseLong(range.group(2));
    if (from > to) {
      throw new ParameterException(spec.commandLine(), "--seeds ends before it begins: " + seeds);
    }
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    long started = System.nanoTime();
    Tally tally = new Tally();
    for (long seed = from; seed <= to; seed++) {
      Simulation.Result result = Simulation.run(seed, fault, trace ? err::println : null);
      tally.add(result);
      result.problem().ifPresent(problem -> err.println(result.failure()));
    }
    double seconds = (System.nanoTime() - started) / NANOS_PER_SECOND;
    out.println(output == OutputFormat.json ? tally.json(seconds) : tally.table(seconds));
    return tally.failures() == 0 ? 0 : 1;
  }
}
