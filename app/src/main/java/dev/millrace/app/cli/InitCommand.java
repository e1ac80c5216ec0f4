package dev.millrace.app.cli;

import dev.millrace.app.data.ColumnTypes;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.data.Task;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.avro.SchemaFormatter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace init}: looks at rows and writes a pipeline for them. */
@Command(
    name = "init",
    description = "Looks at a file of rows and prints a commented pipeline for it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace init --data elec2.csv.gz --label class > elec2.yaml",
      "  millrace init --data hour.csv --label cnt --topic rides --schema-out r.avsc"
    })
public final class InitCommand implements Callable<Integer> {
  private static final String TOPIC = "[a-zA-Z0-9._-]{1,249}";

  @Spec private CommandSpec spec;
  @Mixin private CsvFlags csv;

  @Option(
      names = "--label",
      required = true,
      paramLabel = "NAME",
      description = "The column to predict.")
  private String label;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "classification or regression; by default what the label's values suggest.")
  private String task;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "The topic of the events; by default the file's name.")
  private String topic;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The pipeline's name; by default the topic in lower case.")
  private String name;

  @Option(
      names = "--schema-out",
      paramLabel = "FILE",
      description = "Where to write the Avro schema of the events.")
  private Path schemaOut;

  @Override
  public Integer call() throws IOException {
    Optional<Task> wanted = task();
    String topicName = topic == null ? stem(csv.file()) : topic;
    if (!topicName.matches(TOPIC)) {
      throw new ParameterException(
          spec.commandLine(),
          "--topic is '" + topicName + "'; expected letters, digits, '.', '_', '-'");
    }
    ColumnTypes types = ColumnTypes.of(csv.file(), csv.options(), Optional.of(label));
    PipelineDraft draft = new PipelineDraft(types, types.column(label), wanted, topicName, name);
    String yaml = draft.yaml();
    Pipeline pipeline = PipelineParser.parse(yaml, "the new pipeline");
    if (schemaOut != null) {
      String schema =
          SchemaFormatter.format(
              "json/pretty", CsvSource.schema(csv.file(), pipeline, csv.options()));
      Files.writeString(schemaOut, schema + System.lineSeparator());
    }
    spec.commandLine().getOut().print(yaml);
    spec.commandLine().getOut().flush();
    for (String warning : draft.warnings()) {
      spec.commandLine().getErr().println("millrace: " + warning);
    }
    return ExitCodes.OK;
  }

  private Optional<Task> task() {
    if (task == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Task.valueOf(task.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--task is '" + task + "'; expected classification or regression", e);
    }
  }

  /** The file's name without its endings, with what a topic may have. */
  private static String stem(Path file) {
    String stem =
        file.getFileName()
            .toString()
            .replaceFirst("\\.gz$", "")
            .replaceFirst("\\.[a-z]+$", "")
            .replaceAll("[^a-zA-Z0-9._-]+", "-");
    return stem.isEmpty() || stem.matches("\\.+") ? "rows" : stem;
  }
}
