package dev.millrace.app.cli;

import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace tail}: the events of a topic, decoded. */
@Command(
    name = "tail",
    description = {
      "Prints the committed events of a topic, decoded, a line each.",
      "Without -n it goes on until Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace tail electricity -n 3",
      "  millrace tail elec2.yaml --predictions --from-beginning -o json",
      "  millrace tail elec2.yaml --dead-letters -n 10"
    })
public final class TailCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerFlags servers;

  @Parameters(
      paramLabel = "TOPIC|PIPELINE",
      description = "A topic, or a pipeline file for its input topic.")
  private String source;

  @ArgGroup private Which which;

  /** At most one of the pipeline's outputs. */
  private static final class Which {
    @Option(names = "--predictions", description = "The pipeline's predictions.")
    private boolean predictions;

    @Option(names = "--metrics", description = "The pipeline's metrics.")
    private boolean metrics;

    @Option(names = "--snapshots", description = "The pipeline's snapshots.")
    private boolean snapshots;

    @Option(
        names = "--dead-letters",
        description = "Events that the pipeline could not use, and why.")
    private boolean deadLetters;

    private String topic(Pipeline.Outputs outputs) {
      if (predictions) {
        return outputs.predictions();
      } else if (metrics) {
        return outputs.metrics();
      }
      return snapshots ? outputs.snapshots() : outputs.deadLetters();
    }
  }

  @Option(
      names = "-n",
      paramLabel = "N",
      description = "The last N events (the first N with --from-beginning), then stop.")
  private Integer count;

  @Option(names = "--from-beginning", description = "Start with the oldest event.")
  private boolean fromBeginning;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      paramLabel = "FORMAT",
      description =
          "table (the default, long bytes shortened), or json with partition, offset, key and"
              + " headers.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException {
    if (count != null && count < 1) {
      throw new ParameterException(spec.commandLine(), "-n must be at least 1");
    }
    boolean file = Target.isPipelineFile(source);
    if (which != null && !file) {
      throw new ParameterException(
          spec.commandLine(),
          "--predictions, --metrics, --snapshots and --dead-letters are those of a PIPELINE file;"
              + " for any other topic, name it");
    }
    Target target =
        file
            ? Target.ofPipeline(Path.of(source), servers.bootstrapServer, servers.registry)
            : Target.ofTopic(source, servers.bootstrapServer, servers.registry);
    String topic = target.pipeline().map(this::topic).orElse(target.topic());
    PrintWriter out = spec.commandLine().getOut();
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(target.registry());
        TopicReader reader = new TopicReader(target.kafka(), topic)) {
      RecordPrinter printer = new RecordPrinter(registry, output, out);
      Optional<Integer> bound = Optional.ofNullable(count);
      reader.read(
          bound.map(OptionalInt::of).orElse(OptionalInt.empty()),
          fromBeginning,
          record -> {
            printer.print(record);
            return !out.checkError();
          });
    }
    return ExitCodes.OK;
  }

  private String topic(Pipeline pipeline) {
    return which == null ? pipeline.input().topic() : which.topic(pipeline.outputs());
  }
}
