package dev.millrace.app.cli;

import dev.millrace.app.data.CsvSource;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace produce}: rows of a file as Avro events on a topic. */
@Command(
    name = "produce",
    description = "Sends the rows of a file to a topic, as Avro with a registered schema.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace produce elec2.yaml --data elec2.csv.gz --rate 500",
      "  millrace produce --topic rides --data hour.csv --limit 1000"
    })
public final class ProduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CsvFlags csv;
  @Mixin private ServerFlags servers;

  @Parameters(
      arity = "0..1",
      paramLabel = "PIPELINE",
      description = "A pipeline file, whose input topic and fields are used.")
  private Path pipeline;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "A topic, in place of a pipeline; every column is a field.")
  private String topic;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "max",
      description = "Events a second, or max (the default).")
  private String rate;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Stop after so many events.")
  private long limit;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if ((pipeline == null) == (topic == null)) {
      throw new ParameterException(
          spec.commandLine(), "expected a PIPELINE file or --topic, one of them");
    }
    double eventsPerSecond = rate();
    Target target =
        pipeline == null
            ? Target.ofTopic(topic, servers.bootstrapServer, servers.registry)
            : Target.ofPipeline(pipeline, servers.bootstrapServer, servers.registry);
    try (CsvSource rows = open(target);
        SchemaRegistry registry = new ConfluentSchemaRegistry(target.registry())) {
      TopicWriter.createTopic(target.kafka(), target.topic());
      int schemaId = registry.register(Subjects.value(target.topic()), rows.schema());
      try (TopicWriter writer = new TopicWriter(target.kafka(), target.topic(), schemaId)) {
        send(rows, writer, eventsPerSecond);
      }
    }
    return ExitCodes.OK;
  }

  private CsvSource open(Target target) throws IOException {
    return target.pipeline().isPresent()
        ? CsvSource.open(csv.file(), target.pipeline().get(), csv.options())
        : CsvSource.open(csv.file(), target.topic(), csv.options());
  }

  private void send(CsvSource rows, TopicWriter writer, double eventsPerSecond)
      throws IOException, InterruptedException {
    ProgressLine progress = new ProgressLine(spec.commandLine().getErr());
    Pace pace = new Pace(eventsPerSecond);
    long sent = 0;
    while ((limit == 0 || sent < limit) && rows.next()) {
      pace.await(sent);
      writer.send(rows.key(), rows.payload());
      sent++;
      progress.update(sent, limit == 0 ? rows.progress() : (double) sent / limit);
    }
    writer.flush();
    progress.clear();
    spec.commandLine()
        .getErr()
        .println(
            String.format(
                Locale.ROOT,
                "%d events in %.1f s%s",
                sent,
                progress.seconds(),
                rows.skipped() == 0 ? "" : ", " + rows.skipped() + " bad rows left out"));
  }

  private double rate() {
    if (limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit must be at least 0");
    }
    if (rate.equals("max")) {
      return Double.POSITIVE_INFINITY;
    }
    if (!rate.matches("[0-9]+(\\.[0-9]+)?") || Double.parseDouble(rate) <= 0) {
      throw new ParameterException(
          spec.commandLine(), "--rate is '" + rate + "'; expected a number greater than 0, or max");
    }
    return Double.parseDouble(rate);
  }
}
