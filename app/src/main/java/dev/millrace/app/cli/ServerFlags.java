package dev.millrace.app.cli;

import picocli.CommandLine.Option;

/** Where Kafka and the registry are, if not where the pipeline says; a picocli mixin. */
public final class ServerFlags {
  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Kafka, in place of the pipeline's or localhost:9092.")
  String bootstrapServer;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = {
        "The schema registry, in place of the pipeline's or",
        "http://localhost:8081."
      })
  String registry;
}
