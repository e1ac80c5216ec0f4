package dev.millrace.app.cli;

import dev.millrace.app.data.CsvOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How the rows of a file are read; a picocli mixin. */
public final class RowFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--no-header",
      description = "The first row is data; the columns are called c1, c2, …")
  boolean noHeader;

  @Option(
      names = "--skip-bad-rows",
      description = "Count rows that cannot be used and go on, instead of stopping.")
  boolean skipBadRows;

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      description = "What stands between cells, or 'tab'; by default a tab in .tsv, else a comma.")
  private String delimiter;

  @Option(
      names = "--no-quotes",
      description = "A quote is a character like others, as it is in .tsv.")
  private boolean noQuotes;

  @Option(
      names = "--sort-by",
      paramLabel = "COLUMN",
      description =
          "Take the rows by this column's values, rows alike in the order of the file; all are"
              + " held in memory.")
  private String sortBy;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "The labels of images in an IDX file (MNIST); by default …labels-idx1… beside"
              + " …images-idx3….")
  private Path labels;

  CsvOptions options() {
    return new CsvOptions(
        !noHeader,
        skipBadRows,
        Optional.ofNullable(delimiter).map(this::character),
        noQuotes ? Optional.of(false) : Optional.empty(),
        Optional.ofNullable(sortBy),
        Optional.ofNullable(labels));
  }

  /** The first flag that is given, if any is: they are for rows alone. */
  Optional<String> given() {
    Map<String, Boolean> flags = new LinkedHashMap<>();
    flags.put("--no-header", noHeader);
    flags.put("--skip-bad-rows", skipBadRows);
    flags.put("--delimiter", delimiter != null);
    flags.put("--no-quotes", noQuotes);
    flags.put("--sort-by", sortBy != null);
    flags.put("--labels", labels != null);
    return flags.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).findFirst();
  }

  private char character(String text) {
    String one = text.equals("tab") || text.equals("\\t") ? "\t" : text;
    if (!one.matches("[\\t\\x20-\\x7E&&[^\"]]")) {
      throw new ParameterException(
          spec.commandLine(),
          "--delimiter is '" + text + "'; expected one character of ASCII, or tab");
    }
    return one.charAt(0);
  }
}
