package dev.millrace.app.cli;

import dev.millrace.app.data.CsvOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of every command that reads rows; a picocli mixin. */
public final class CsvFlags {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "A .csv or .tsv file, plain or .gz.")
  Path file;

  @Option(
      names = "--no-header",
      description = "The first row is data; the columns are called c1, c2, …")
  boolean noHeader;

  @Option(
      names = "--skip-bad-rows",
      description = "Count rows that cannot be used and go on, instead of stopping.")
  boolean skipBadRows;

  public Path file() {
    return file;
  }

  public CsvOptions options() {
    return new CsvOptions(!noHeader, skipBadRows);
  }
}
