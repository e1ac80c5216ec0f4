package dev.millrace.app.cli;

import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.web.Dashboard;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.recovery.StateReset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
      "  millrace run elec2.yaml --state-dir /var/lib/millrace",
      "  millrace run elec2.yaml --reset"
    })
public final class RunCommand implements Callable<Integer> {
  private static final Duration GLANCE = Duration.ofMillis(200);

  @Spec private CommandSpec spec;
  @Mixin private KernelFlag kernels;
  @Mixin private StateFlags stateFlags;
  @Mixin private HttpFlags http;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(
      names = "--reset",
      description = {
        "Begin anew: first forget the models, their snapshots and the place in the input.",
        "Predictions made before stay in their topic."
      })
  private boolean reset;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Pipeline pipeline = PipelineParser.parse(file);
    Path state = stateFlags.of(pipeline);
    PrintWriter err = spec.commandLine().getErr();
    Kernels chosen = kernels.select(err);
    if (reset) {
      StateReset.run(pipeline, state);
      err.println(pipeline.name() + ": all that was learned is forgotten");
    }
    try (Interrupt interrupt = new Interrupt()) {
      run(pipeline, state, chosen, interrupt, err);
      err.println("stopped; the next run goes on from here");
      err.flush();
    }
    return ExitCodes.OK;
  }

  private void run(
      Pipeline pipeline, Path state, Kernels chosen, Interrupt interrupt, PrintWriter err)
      throws InterruptedException {
    InstantSource clock = InstantSource.system();
    StartReport report = new StartReport(pipeline, clock, err);
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry());
        Dashboard dashboard = http.open(List.of(pipeline), clock, err);
        PipelineHost host =
            PipelineHost.start(
                pipeline,
                state,
                chosen,
                registry,
                clock,
                StartListener.both(report, dashboard.listener(pipeline)),
                dashboard.probe(pipeline))) {
      dashboard.watch(host);
      err.printf(
          "%s: %s → %s, state in %s. Ctrl-C stops.%n",
          pipeline.name(), pipeline.input().topic(), pipeline.outputs().predictions(), state);
      dashboard.url().ifPresent(url -> err.printf("%s: %s%n", pipeline.name(), url));
      err.flush();
      BrokerWatch brokers = new BrokerWatch(pipeline, host::bytesReceived, clock, err);
      while (!interrupt.asked()) {
        if (host.awaitEnd(GLANCE)) {
          throw new PipelineEndedException(pipeline.name(), host.failure().orElse(null));
        }
        report.glance();
        brokers.glance();
      }
    }
  }
}
