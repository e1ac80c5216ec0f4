package dev.millrace.benchmarks.process;

import dev.millrace.app.cli.OutputFormat;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command takes that runs a user's pipeline over a user's rows. */
public final class RunFlags {
  @Parameters(
      paramLabel = "PIPELINE",
      description = "The pipeline file; its kafka and registry connections do not count.")
  private Path pipeline;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "A .csv or .tsv file, plain or .gz, sent over and over.")
  private Path data;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How to print the result. Default: table.")
  private OutputFormat output;

  public Path pipeline() {
    return pipeline;
  }

  public Path data() {
    return data;
  }

  public boolean json() {
    return output == OutputFormat.json;
  }
}
