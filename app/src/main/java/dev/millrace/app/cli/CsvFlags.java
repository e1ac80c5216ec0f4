package dev.millrace.app.cli;

import dev.millrace.app.data.CsvOptions;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that needs rows; a picocli mixin. */
public final class CsvFlags {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "A .csv, .tsv or .arff file, or images in an IDX file (MNIST), plain or .gz.")
  Path file;

  @Mixin RowFlags rows;

  public Path file() {
    return file;
  }

  public CsvOptions options() {
    return rows.options();
  }
}
