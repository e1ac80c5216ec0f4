package dev.millrace.app.cli;

import dev.millrace.app.embedded.LocalCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace local}: Kafka and a schema registry for trying things out. */
@Command(
    name = "local",
    description = {
      "Runs a real one-node Kafka and a small schema registry.",
      "They are there for pipelines and any other tool on this machine, listen on 127.0.0.1 only,"
          + " and end with Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  millrace local", "  millrace local --dir ~/kafka --kafka-port 19092"})
public final class LocalCommand implements Callable<Integer> {
  private static final int PORT_MAX = 65_535;

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the data is kept over restarts. Default: a fresh temporary directory.")
  private Path dir;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "Port of Kafka, 0 for any free one. Default: 9092.")
  private int kafkaPort;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "Port of the schema registry, 0 for any free one. Default: 8081.")
  private int registryPort;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requirePort("--kafka-port", kafkaPort);
    requirePort("--registry-port", registryPort);
    if (kafkaPort != 0 && kafkaPort == registryPort) {
      throw new ParameterException(
          spec.commandLine(),
          "--kafka-port and --registry-port are both " + kafkaPort + "; expected different ones");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Interrupt interrupt = new Interrupt();
        WorkDirectory work = WorkDirectory.of(dir);
        LocalCluster cluster = LocalCluster.start(work.path(), kafkaPort, registryPort, Map.of())) {
      out.println("kafka             " + cluster.bootstrapServers());
      out.println("schema registry   " + cluster.registryUrl());
      out.println(
          "data              " + work.path() + (work.temporary() ? " (removed at the end)" : ""));
      out.println("Ctrl-C stops.");
      out.flush();
      interrupt.await();
    }
    return ExitCodes.OK;
  }

  private void requirePort(String option, int port) {
    if (port < 0 || port > PORT_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          option + " is " + port + "; expected 1 to " + PORT_MAX + ", or 0 for any free one");
    }
  }
}
