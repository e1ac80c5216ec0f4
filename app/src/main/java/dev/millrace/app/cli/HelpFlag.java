package dev.millrace.app.cli;

import picocli.CommandLine.Option;

/**
 * {@code --help} of a command whose {@code --version} is that of a model: picocli hands its own two
 * on together or not at all. A picocli mixin.
 */
final class HelpFlag {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;
}
