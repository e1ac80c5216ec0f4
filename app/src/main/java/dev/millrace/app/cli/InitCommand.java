package dev.millrace.app.cli;

import dev.millrace.app.data.Column;
import dev.millrace.app.data.ColumnTypes;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.data.Task;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.decode.EventDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace init}: looks at rows, or at a schema, and writes a pipeline for them. */
@Command(
    name = "init",
    description = {
      "Looks at a file of rows, or at a subject of the schema registry, and prints a commented"
          + " pipeline for it.",
      "--topic without --data is the subject TOPIC-value."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace init --data elec2.csv.gz --label class > elec2.yaml",
      "  millrace init --data sms.tsv --no-header --label c1 > sms.yaml",
      "  millrace init --data ratings.csv --sort-by timestamp --label rating",
      "  millrace init --data hour.csv --label cnt --topic rides --schema-out r.avsc",
      "  millrace init --subject rides-value --label cnt > rides.yaml",
      "  millrace init --topic visits --label bought --classes no,yes > visits.yaml"
    })
public final class InitCommand implements Callable<Integer> {
  private static final String TOPIC = "[a-zA-Z0-9._-]{1,249}";
  private static final String DRAFT = "the new pipeline";

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "A .csv, .tsv or .arff file, or images in an IDX file (MNIST), plain or .gz.")
  private Path data;

  @Mixin private RowFlags rows;

  @Option(
      names = "--subject",
      paramLabel = "SUBJECT",
      description = "A subject of the registry, in place of --data: its latest schema.")
  private String subject;

  @Option(
      names = {"--drop", "--ignore"},
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns to leave out, such as those that are known only with the label.")
  private List<String> drop = List.of();

  @Mixin private LabelFlags label;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "The topic of the events; by default the file's or the subject's name.")
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

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Kafka, to be written into the pipeline.")
  private String bootstrapServer;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "The schema registry, to be asked and to be written into the pipeline.")
  private String registry;

  @Override
  public Integer call() throws IOException {
    checkSource();
    return data == null ? fromSubject() : fromRows();
  }

  private void checkSource() {
    if (data != null && subject != null) {
      throw wrong("--data and --subject are both given; expected one of them");
    } else if (data == null && subject == null && topic == null) {
      throw wrong("expected --data FILE, --subject SUBJECT or --topic TOPIC");
    } else if (data != null && !label.classes().isEmpty()) {
      throw wrong("--classes is for --subject; the classes of --data are the label's values");
    } else if (data == null && (rows.given().isPresent() || !drop.isEmpty())) {
      throw wrong(rows.given().orElse("--drop") + " is for --data; a subject has no rows");
    }
  }

  private int fromRows() throws IOException {
    Optional<Task> task = label.task();
    PipelineText text = text(topic == null ? stem(data) : topic);
    ColumnTypes types = ColumnTypes.of(data, rows.options(), Optional.of(label.name));
    PipelineDraft draft =
        new PipelineDraft(types, types.column(label.name), task, dropped(types), text);
    String yaml = draft.yaml();
    Pipeline pipeline = PipelineParser.parse(yaml, DRAFT);
    if (schemaOut != null) {
      write(CsvSource.schema(data, pipeline, rows.options()));
    }
    print(yaml);
    for (String warning : draft.warnings()) {
      spec.commandLine().getErr().println("millrace: " + warning);
    }
    return ExitCodes.OK;
  }

  private Set<Column> dropped(ColumnTypes types) {
    return drop.stream().map(name -> types.column(name.strip())).collect(Collectors.toSet());
  }

  private int fromSubject() throws IOException {
    Optional<Task> task = label.task();
    List<String> classes = label.classes();
    String topicName = topic == null ? topicOf(subject) : topic;
    PipelineText text = text(topicName);
    Registered found =
        SubjectLookup.latest(
            subject == null ? Subjects.value(topic) : subject,
            Target.ofTopic(topicName, bootstrapServer, registry).registry());
    String yaml = new SchemaDraft(found, label.name, task, classes, text).yaml();
    Pipeline pipeline = PipelineParser.parse(yaml, DRAFT);
    EventDecoder.compile(found.schema(), SpecResolver.resolve(pipeline, found.schema()));
    if (schemaOut != null) {
      write(found.schema());
    }
    print(yaml);
    return ExitCodes.OK;
  }

  private PipelineText text(String topicName) {
    if (!topicName.matches(TOPIC)) {
      throw wrong("--topic is '" + topicName + "'; expected letters, digits, '.', '_', '-'");
    }
    return PipelineText.of(topicName, name, bootstrapServer, registry);
  }

  private void write(Schema schema) throws IOException {
    String json = SchemaFormatter.format("json/pretty", schema);
    Files.writeString(schemaOut, json + System.lineSeparator());
  }

  private void print(String yaml) {
    spec.commandLine().getOut().print(yaml);
    spec.commandLine().getOut().flush();
  }

  private String topicOf(String subject) {
    return Subjects.topic(subject)
        .orElseThrow(
            () ->
                wrong(
                    "--subject is '%s', which names no topic as TOPIC-value does; expected --topic too"
                        .formatted(subject)));
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
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
