package dev.millrace.app.cli;

import dev.millrace.topology.config.Words;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user reads when a command line is wrong: what, the nearest word, and where help is. */
public final class UsageErrors {
  private UsageErrors() {}

  /** Prints the message; returns the exit code. Fits picocli's handler of parameter exceptions. */
  public static int report(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    e = e instanceof MissingParameterException ? typingErrorIn(command, args).orElse(e) : e;
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println("millrace: " + message(e, command));
    err.println("Try '" + name + " --help'.");
    err.flush();
    return ExitCodes.USAGE;
  }

  /** An option with a typing error makes another one miss, but is what the user has to see. */
  private static Optional<ParameterException> typingErrorIn(CommandLine command, String[] args) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    command.getCommandSpec().parser().collectErrors(true);
    ParseResult parsed = root.parseArgs(args);
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    return parsed.errors().stream()
        .filter(UnmatchedArgumentException.class::isInstance)
        .map(ParameterException.class::cast)
        .filter(e -> ((UnmatchedArgumentException) e).getUnmatched().getFirst().startsWith("-"))
        .findFirst();
  }

  private static String message(ParameterException e, CommandLine command) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().getFirst();
      boolean option = word.startsWith("-");
      String kind =
          option
              ? "unknown option"
              : command.getSubcommands().isEmpty() ? "unexpected argument" : "unknown command";
      return kind + " '" + word + "'" + Words.didYouMean(word, words(command, option));
    }
    return e.getMessage();
  }

  private static List<String> words(CommandLine command, boolean options) {
    List<String> words = new ArrayList<>();
    if (options) {
      command.getCommandSpec().options().forEach(o -> words.addAll(List.of(o.names())));
    } else {
      words.addAll(command.getSubcommands().keySet());
    }
    return words;
  }
}
