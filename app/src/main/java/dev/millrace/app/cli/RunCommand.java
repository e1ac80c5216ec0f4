package dev.millrace.app.cli;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace run}: a pipeline against the user's Kafka. */
@Command(
    name = "run",
    description = {
      "Runs a pipeline against Kafka until it is stopped.",
      "Stopped or killed in any way, it goes on at its next start with the same weights, bit for"
          + " bit."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace run elec2.yaml",
      "  millrace run elec2.yaml --state-dir /var/lib/millrace"
    })
public final class RunCommand implements Callable<Integer> {
  private static final Duration GLANCE = Duration.ofMillis(200);

  @Spec private CommandSpec spec;
  @Mixin private KernelFlag kernels;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = {
        "Where the state is kept over restarts, in a folder of the pipeline's name.",
        "Default: the pipeline's kafka: {state.dir: …},",
        "else ~/.local/state/millrace"
      })
  private Path stateDir;

  @Option(
      names = "--allow-temporary-state",
      description = "Accept a state directory within the system's temporary directory.")
  private boolean allowTemporaryState;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Pipeline pipeline = PipelineParser.parse(file);
    Path state = stateDir(pipeline);
    PrintWriter err = spec.commandLine().getErr();
    Kernels chosen = kernels.select(err);
    try (Interrupt interrupt = new Interrupt()) {
      run(pipeline, state, chosen, interrupt, err);
      err.println("stopped; the next run goes on from here");
      err.flush();
    }
    return ExitCodes.OK;
  }

  private static void run(
      Pipeline pipeline, Path state, Kernels chosen, Interrupt interrupt, PrintWriter err)
      throws InterruptedException {
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry());
        PipelineRunner runner =
            PipelineRunner.start(pipeline, state, chosen, registry, InstantSource.system())) {
      err.printf(
          "%s: %s → %s, state in %s. Ctrl-C stops.%n",
          pipeline.name(), pipeline.input().topic(), pipeline.outputs().predictions(), state);
      err.flush();
      while (!interrupt.asked()) {
        if (runner.awaitEnd(GLANCE)) {
          throw new PipelineEndedException(pipeline.name(), runner.failure().orElse(null));
        }
      }
    }
  }

  private Path stateDir(Pipeline pipeline) {
    String stated = pipeline.kafka().get("state.dir");
    Path state =
        stateDir != null
            ? stateDir
            : stated != null
                ? Path.of(stated)
                : Path.of(System.getProperty("user.home"), ".local", "state", "millrace");
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    if (!allowTemporaryState && state.toAbsolutePath().normalize().startsWith(temporary)) {
      throw new UserException(
          "the state directory " + state + " is temporary: a restart of the machine would empty it",
          "Name another with --state-dir, or give --allow-temporary-state");
    }
    return state.toAbsolutePath();
  }
}
