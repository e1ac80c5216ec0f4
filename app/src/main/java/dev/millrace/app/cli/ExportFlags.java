package dev.millrace.app.cli;

import dev.millrace.engine.Learner;
import dev.millrace.formats.ModelFormat;
import dev.millrace.formats.Origin;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What a model is exported as, and where to; a picocli mixin. */
final class ExportFlags {
  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}; docs/model-formats.md tells what each holds.")
  private ModelFormat format;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path out;

  void write(Learner learner, Origin origin, PrintWriter told) throws IOException {
    NewFile.write(out, to -> format.write(learner, origin, to));
    told.printf(
        Locale.ROOT,
        "%s, version %d, as %s: %s, %,d bytes%n",
        origin.model(),
        origin.version(),
        format,
        out,
        Files.size(out));
    told.flush();
  }
}
