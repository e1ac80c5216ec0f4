package dev.millrace.app.cli;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The choice of kernels, for every command that learns; a picocli mixin. */
public final class KernelFlag {
  /** The values of the option. */
  enum Choice {
    auto,
    plain,
    vector
  }

  @Option(
      names = "--kernels",
      paramLabel = "auto|plain|vector",
      defaultValue = "auto",
      description = "Which kernels compute; results are the same to the bit. Default: auto.")
  private Choice choice;

  /** The kernels; where {@code auto} had to take the plain ones, says why. */
  Kernels select(PrintWriter err) {
    KernelChoice.Mode mode = KernelChoice.Mode.valueOf(choice.name().toUpperCase(Locale.ROOT));
    KernelChoice selected;
    try {
      selected = KernelChoice.select(mode);
    } catch (IllegalStateException e) {
      throw new UserException(e.getMessage(), "Or leave --kernels out", e);
    }
    if (choice == Choice.auto && selected.reason().startsWith("plain")) {
      err.println("millrace: " + selected.reason());
    }
    return selected.kernels();
  }
}
