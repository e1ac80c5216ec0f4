package dev.millrace.app;

import dev.millrace.app.cli.ControlCommand;
import dev.millrace.app.cli.DemoCommand;
import dev.millrace.app.cli.Errors;
import dev.millrace.app.cli.EvalCommand;
import dev.millrace.app.cli.ExitCodes;
import dev.millrace.app.cli.ExportCommand;
import dev.millrace.app.cli.InitCommand;
import dev.millrace.app.cli.LocalCommand;
import dev.millrace.app.cli.ProduceCommand;
import dev.millrace.app.cli.ReplayDeadLettersCommand;
import dev.millrace.app.cli.RunCommand;
import dev.millrace.app.cli.ServeCommand;
import dev.millrace.app.cli.SnapshotsCommand;
import dev.millrace.app.cli.TailCommand;
import dev.millrace.app.cli.UsageErrors;
import dev.millrace.app.cli.ValidateCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line's entry: one class a command, listed here. */
@Command(
    name = "millrace",
    description = "A Kafka topic in, a neural network that never stops learning out.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace demo",
      "  millrace init --data elec2.csv.gz --label class > elec2.yaml",
      "  millrace validate elec2.yaml",
      "  millrace eval elec2.yaml --data elec2.csv.gz",
      "  millrace produce elec2.yaml --data elec2.csv.gz",
      "  millrace tail elec2.yaml --predictions -n 5"
    },
    subcommands = {
      DemoCommand.class,
      LocalCommand.class,
      InitCommand.class,
      ValidateCommand.class,
      RunCommand.class,
      ServeCommand.class,
      EvalCommand.class,
      ProduceCommand.class,
      TailCommand.class,
      SnapshotsCommand.class,
      ControlCommand.class,
      ExportCommand.class,
      ReplayDeadLettersCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Main implements Runnable {
  private static final String MORE_MEMORY = "MILLRACE_JAVA_OPTS=-Xmx4g millrace …";

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where in the program a failure happened.")
  private boolean verbose;

  private boolean begun; // whether a command was called, and not only help or its version printed

  /**
   * Ends the JVM. Before {@code System.exit} Java asks the loggers whether to log that, which loads
   * all of log4j: as long as help itself takes. Where no command has begun there is nothing that
   * would have to end in order.
   */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Main main = new Main();
    int code = main.runAndFlush(out, err, args);
    if (main.begun) {
      System.exit(code);
    }
    Runtime.getRuntime().halt(code);
  }

  /**
   * Runs one command line.
   *
   * @return the exit code: 0, 1 for a failure, 2 for a wrong command line
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return new Main().runAndFlush(out, err, args);
  }

  private int runAndFlush(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = new CommandLine(this).setOut(out).setErr(err);
    line.setExecutionStrategy(this::begin);
    line.setExecutionExceptionHandler((e, command, parsed) -> Errors.report(e, err, verbose));
    line.setParameterExceptionHandler(UsageErrors::report);
    int code = execute(line, args);
    out.flush();
    err.flush();
    return code;
  }

  private int begin(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    begun = true;
    return new CommandLine.RunLast().execute(parsed);
  }

  /** Picocli hands on what is no Exception, such as a class that cannot begin its life. */
  private int execute(CommandLine line, String... args) {
    try {
      return line.execute(args);
    } catch (LinkageError | StackOverflowError e) {
      return Errors.report(e, line.getErr(), verbose);
    } catch (OutOfMemoryError e) {
      line.getErr().println("millrace: " + e.getMessage() + ". Give Java more: " + MORE_MEMORY);
      return ExitCodes.FAILURE;
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"millrace " + (version == null ? "(not packaged)" : version)};
    }
  }
}
