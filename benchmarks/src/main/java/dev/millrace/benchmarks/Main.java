package dev.millrace.benchmarks;

import dev.millrace.app.cli.OutputFormat;
import dev.millrace.benchmarks.crash.CrashCommand;
import dev.millrace.benchmarks.engine.FirstSeconds;
import dev.millrace.benchmarks.engine.LargeModels;
import dev.millrace.benchmarks.engine.Scaling;
import dev.millrace.benchmarks.engine.StepBenchmark;
import dev.millrace.benchmarks.limits.LimitsBenchmark;
import dev.millrace.benchmarks.operation.RestartCommand;
import dev.millrace.benchmarks.operation.ServeCommand;
import dev.millrace.benchmarks.operation.SoakCommand;
import dev.millrace.benchmarks.peers.Peer;
import dev.millrace.benchmarks.pipeline.EndToEnd;
import dev.millrace.benchmarks.process.Cores;
import dev.millrace.benchmarks.process.Directories;
import dev.millrace.benchmarks.process.Launcher;
import dev.millrace.benchmarks.quality.QualityCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run}: measures and prints. */
@Command(
    name = "benchmarks/run",
    description = "Measures Millrace on this machine. Leave the machine alone meanwhile.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = {
      CrashCommand.class,
      QualityCommand.class,
      RestartCommand.class,
      ServeCommand.class,
      SoakCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/run",
      "  benchmarks/run limits seed-step --peers",
      "  benchmarks/run scaling --charts docs",
      "  benchmarks/run e2e-4kb --records 400000 --rounds 3 -o json"
    })
public final class Main implements Callable<Integer> {
  /** All there are, in the order in which they run. */
  static final List<Benchmark> BENCHMARKS =
      List.of(
          new LimitsBenchmark(),
          StepBenchmark.seedStep(),
          StepBenchmark.smallMlp(),
          StepBenchmark.mnistMlp(),
          StepBenchmark.inference(),
          StepBenchmark.hashedLinear(),
          StepBenchmark.embeddingMlp(),
          StepBenchmark.kernels(),
          StepBenchmark.optimizers(),
          new FirstSeconds(),
          new LargeModels(),
          new Scaling(),
          new EndToEnd());

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "0..*", description = "Which to run. Default: all.")
  private List<String> names = List.of();

  @Option(names = "--list", description = "Say which benchmarks there are, and do nothing else.")
  private boolean list;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "200000",
      description = {
        "Records in the topic of an end-to-end benchmark; a topic read within one commit interval",
        "(a second) is timed to a commit that waited. Default: 200000."
      })
  private int records;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Measured rounds of end-to-end contestants and of cold JVMs. Default: 5.")
  private int rounds;

  @Option(
      names = "--core",
      paramLabel = "N",
      description = {
        "The core on which single-threaded benchmarks run, by taskset. Default: the last.",
        "Benchmarks of two threads use another one beside it, end-to-end ones use all."
      })
  private Integer core;

  @Option(
      names = "--peers",
      description = {
        "Measure TensorFlow Java, DL4J and PyTorch too, on the same core. The first time",
        "downloads some 400 MB with Maven; PyTorch is measured where Python has it."
      })
  private boolean peers;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      defaultValue = "python3",
      description = "The Python that has PyTorch. Default: python3.")
  private String python;

  @Option(
      names = "--charts",
      paramLabel = "DIR",
      description = "Where scaling puts its charts, scaling-*.svg. Default: docs.")
  private Path charts;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "For people, or one JSON object a line. Default: table.")
  private OutputFormat output;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    if (list) {
      BENCHMARKS.forEach(one -> out.printf("%-14s %s%n", one.name(), one.doc()));
      return 0;
    }
    if (records < 1 || rounds < 1) {
      throw new ParameterException(spec.commandLine(), "--records and --rounds are at least 1");
    }
    Machine machine = Machine.here(Cores.pinnable() ? chosenCore() : null);
    Benchmark.Settings settings = settings();
    if (output == OutputFormat.table) {
      Report.heading(machine, out);
    }
    for (Benchmark benchmark : chosen()) {
      List<Measurement> measurements =
          benchmark.run(settings, line -> err.println(benchmark.name() + ": " + line));
      switch (output) {
        case json -> Report.json(measurements, machine, out);
        case table -> Report.table(measurements, out);
      }
    }
    return 0;
  }

  private int chosenCore() {
    return core == null ? Cores.allowed().getLast() : core;
  }

  private Benchmark.Settings settings() throws InterruptedException {
    if (!Cores.allowed().contains(chosenCore())) {
      throw new ParameterException(
          spec.commandLine(), "--core is one of " + Cores.allowed() + ", core=" + core);
    }
    Path home = Directories.home();
    return new Benchmark.Settings(
        records,
        rounds,
        Launcher.onto(chosenCore()),
        pair(),
        peers ? Peer.all(home, python) : List.of(),
        charts == null ? home.resolve("docs") : charts);
  }

  /** That core and another. */
  private Optional<Launcher> pair() {
    return Cores.allowed().stream()
        .filter(other -> other != chosenCore())
        .reduce((first, second) -> second)
        .map(other -> Launcher.onto(chosenCore(), other));
  }

  private List<Benchmark> chosen() {
    List<String> known = BENCHMARKS.stream().map(Benchmark::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "no benchmark '%s'; there are %s".formatted(name, known));
      }
    }
    return BENCHMARKS.stream()
        .filter(one -> names.isEmpty() || names.contains(one.name()))
        .toList();
  }
}
