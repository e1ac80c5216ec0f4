package dev.millrace.app.cli;

import dev.millrace.app.serve.InferenceServer;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.serve.RequestTopic;
import dev.millrace.topology.serve.ServeListener;
import dev.millrace.topology.serve.ServedModel;
import dev.millrace.topology.serve.ServedModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace serve}: answers requests with the models that a pipeline publishes. */
@Command(
    name = "serve",
    description = {
      "Answers requests with the newest models that a pipeline has published, until it is stopped.",
      "It learns nothing and keeps nothing: run it on as many machines as requests need."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace serve elec2.yaml",
      "  curl http://127.0.0.1:8000/v2/models/elec2",
      "  millrace serve elec2.yaml --topic questions --output answers",
      "  millrace serve elec2.yaml --model-version 12000 --http 0.0.0.0:8000",
      "  millrace serve elec2.yaml --model-version production"
    })
public final class ServeCommand implements Callable<Integer> {
  private static final Duration GLANCE = Duration.ofMillis(200);

  @Spec private CommandSpec spec;
  @Mixin private KernelFlag kernels;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(
      names = "--http",
      paramLabel = "[HOST:]PORT|off",
      defaultValue = "127.0.0.1:8000",
      description = {
        "Where the Open Inference Protocol and /metrics are. Default: 127.0.0.1:8000.",
        "Others than this machine need the token in MILLRACE_HTTP_TOKEN."
      })
  private String http;

  @Option(
      names = "--topic",
      paramLabel = "REQUESTS",
      description = "Answer the events of this topic too, with a prediction each.")
  private String topic;

  @Option(
      names = "--output",
      paramLabel = "TOPIC",
      description = "Where those predictions go. Default: <name>.scores.")
  private String output;

  @Option(
      names = "--model-version",
      paramLabel = "N|TAG",
      converter = CopyNameConverter.class,
      description = {
        "Serve this version of each model and no other, or whichever copy has this tag.",
        "Default: the newest."
      })
  private CopyName which; // null for the newest

  @Option(
      names = "--copies",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "Copies of each model, as many as requests are computed at once; each takes its own"
            + " memory.",
        "Default: 1."
      })
  private int copies;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Pipeline pipeline = PipelineParser.parse(file);
    if (copies < 1) {
      throw new ParameterException(spec.commandLine(), "--copies is at least 1");
    }
    if (output != null && topic == null) {
      throw new ParameterException(spec.commandLine(), "--output goes with --topic");
    }
    PrintWriter err = spec.commandLine().getErr();
    ServedModels.Options options =
        new ServedModels.Options(
            which == null ? CopyName.NEWEST : which, kernels.select(err), copies);
    try (Interrupt interrupt = new Interrupt();
        ServedModels models = ServedModels.follow(pipeline, options, new Told(err));
        SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry());
        InferenceServer server = http.equals("off") ? null : open(models);
        RequestTopic requests = requests(models, registry, err)) {
      if (server != null) {
        err.printf("%1$s: %2$s/v2/models/%1$s. Ctrl-C stops.%n", pipeline.name(), server.url());
        err.flush();
      }
      watch(models, requests, interrupt, err);
    }
    err.println("stopped");
    err.flush();
    return ExitCodes.OK;
  }

  private InferenceServer open(ServedModels models) {
    InetSocketAddress address = HttpFlags.address(http);
    String ofProgram = ServeCommand.class.getPackage().getImplementationVersion();
    try {
      return InferenceServer.start(
          models,
          address,
          HttpFlags.token(),
          InstantSource.system(),
          Optional.ofNullable(ofProgram).orElse("not packaged"));
    } catch (RuntimeException e) {
      throw HttpFlags.notOpened(address, e);
    }
  }

  private void watch(
      ServedModels models, RequestTopic requests, Interrupt interrupt, PrintWriter err)
      throws InterruptedException {
    String name = models.pipeline().name();
    boolean caughtUp = false;
    while (!interrupt.asked()) {
      if (models.awaitEnd(GLANCE)) {
        throw new PipelineEndedException(name, models.failure().orElse(null));
      }
      if (requests != null && requests.hasEnded()) {
        throw new PipelineEndedException(name, requests.failure().orElse(null));
      }
      if (!caughtUp && models.caughtUp()) {
        caughtUp = true;
        requireModel(models, err);
      }
    }
  }

  private RequestTopic requests(ServedModels models, SchemaRegistry registry, PrintWriter err) {
    if (topic == null) {
      return null;
    }
    String to = Optional.ofNullable(output).orElse(models.pipeline().name() + ".scores");
    err.printf("%s: %s → %s%n", models.pipeline().name(), topic, to);
    err.flush();
    return RequestTopic.answer(models, topic, to, registry, PipelineFlags.schemas(registry));
  }

  /** A version that was asked for by its number comes no more once all was read. */
  private void requireModel(ServedModels models, PrintWriter err) {
    if (!models.all().isEmpty()) {
      return;
    }
    if (which != null && which.version().isPresent()) {
      throw new UserException(
          "version %d of pipeline '%s' is not among the copies that are kept"
              .formatted(which.version().getAsLong(), models.pipeline().name()),
          "millrace snapshots list " + file + " says which are");
    }
    err.printf(
        "%s: no model has been %s yet; the first is served as soon as it is%n",
        models.pipeline().name(),
        which == null ? "published" : "tagged " + which.tag().orElseThrow());
    err.flush();
  }

  private record Told(PrintWriter err) implements ServeListener {
    @Override
    public void serves(ServedModel model) {
      err.printf(
          "%s: version %d, of the events to offset %d%n",
          model.name(), model.version(), model.lastOffset());
      err.flush();
    }

    @Override
    public void broken(String model, String why) {
      err.printf("%s: not served: %s. The version before it still is%n", model, why);
      err.flush();
    }
  }
}
