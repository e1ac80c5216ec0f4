package dev.millrace.app.cli;

import dev.millrace.app.web.Dashboard;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.recovery.StateReset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
      "  millrace run elec2.yaml spam.yaml --http 0.0.0.0:8080",
      "  millrace run elec2.yaml --reset"
    })
public final class RunCommand implements Callable<Integer> {
  private static final Duration GLANCE = Duration.ofMillis(200);

  @Spec private CommandSpec spec;
  @Mixin private KernelFlag kernels;
  @Mixin private StateFlags stateFlags;
  @Mixin private HttpFlags http;

  @Parameters(
      paramLabel = "PIPELINE",
      arity = "1..*",
      description =
          "The pipeline file; with several, each runs for itself, and one page shows all.")
  private List<Path> files;

  @Option(
      names = "--reset",
      description = {
        "Begin anew: first forget the models, their snapshots and the place in the input.",
        "Predictions made before stay in their topic."
      })
  private boolean reset;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Pipeline> pipelines = pipelines();
    PrintWriter err = spec.commandLine().getErr();
    Kernels chosen = kernels.select(err);
    if (reset) {
      for (Pipeline pipeline : pipelines) {
        StateReset.run(pipeline, stateFlags.of(pipeline));
        err.println(pipeline.name() + ": all that was learned is forgotten");
      }
    }
    try (Interrupt interrupt = new Interrupt()) {
      run(pipelines, chosen, interrupt, err);
      err.println("stopped; the next run goes on from here");
      err.flush();
    }
    return ExitCodes.OK;
  }

  private List<Pipeline> pipelines() throws IOException {
    List<Pipeline> pipelines = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      Pipeline pipeline = PipelineParser.parse(file);
      if (!names.add(pipeline.name())) {
        throw new UserException(
            "two pipelines are named '%s', the second in %s".formatted(pipeline.name(), file),
            "Their topics and state would be the same; give one of them another name");
      }
      pipelines.add(pipeline);
    }
    return pipelines;
  }

  /** Until the user stops it, or no pipeline is left; one that ends by itself leaves the others. */
  private void run(List<Pipeline> pipelines, Kernels chosen, Interrupt interrupt, PrintWriter err)
      throws InterruptedException {
    InstantSource clock = InstantSource.system();
    Deque<RunningPipeline> started = new ArrayDeque<>(); // the last first
    try (Dashboard dashboard = http.open(pipelines, clock, err)) {
      try {
        for (Pipeline pipeline : pipelines) {
          started.push(
              new RunningPipeline(
                  pipeline, stateFlags.of(pipeline), chosen, dashboard, clock, err));
        }
        dashboard.url().ifPresent(url -> err.println("dashboard " + url));
        err.println("Ctrl-C stops.");
        err.flush();
        watch(List.copyOf(started), interrupt, err);
      } finally {
        closeAll(started);
      }
    }
  }

  private static void watch(List<RunningPipeline> all, Interrupt interrupt, PrintWriter err)
      throws InterruptedException {
    List<RunningPipeline> running = new ArrayList<>(all);
    PipelineEndedException firstEnd = null;
    while (!interrupt.asked() && !running.isEmpty()) {
      for (RunningPipeline pipeline : List.copyOf(running)) {
        if (pipeline.awaitEnd(GLANCE.dividedBy(running.size()))) {
          running.remove(pipeline);
          PipelineEndedException end = pipeline.end();
          firstEnd = firstEnd == null ? end : firstEnd;
          if (!running.isEmpty()) {
            err.println(end.getMessage() + "\nthe others go on");
            err.flush();
          }
        } else {
          pipeline.glance();
        }
      }
    }
    if (firstEnd != null) {
      throw firstEnd;
    }
  }

  /** Closes the last one first, and all of them whatever happens. */
  private static void closeAll(Deque<RunningPipeline> started) {
    RuntimeException failure = null;
    for (RunningPipeline pipeline : started) {
      try {
        pipeline.close();
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
