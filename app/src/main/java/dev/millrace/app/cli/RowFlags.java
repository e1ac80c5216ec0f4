package dev.millrace.app.cli;

import dev.millrace.app.data.CsvOptions;
import picocli.CommandLine.Option;

/** How the rows of a file are read; a picocli mixin. */
public final class RowFlags {
  @Option(
      names = "--no-header",
      description = "The first row is data; the columns are called c1, c2, …")
  boolean noHeader;

  @Option(
      names = "--skip-bad-rows",
      description = "Count rows that cannot be used and go on, instead of stopping.")
  boolean skipBadRows;

  CsvOptions options() {
    return new CsvOptions(!noHeader, skipBadRows);
  }
}
