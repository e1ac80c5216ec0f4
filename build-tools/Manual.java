import dev.millrace.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Writes the manual pages and the completion script of the command line, from the same description
 * that prints its help.
 *
 * <p>Run by Maven when a distribution is made: {@code Manual.java FOLDER DATE}.
 */
final class Manual {
  private static final int LINE_MAX = 10_000; // man breaks lines, to the width of the terminal

  private final String date;
  private final StringBuilder page = new StringBuilder();

  private Manual(String date) {
    this.date = date;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Path pages = Files.createDirectories(folder.resolve("man/man1"));
    CommandLine line = new CommandLine(new Main()).setUsageHelpWidth(LINE_MAX);
    write(line, pages, args[1].substring(0, 10));
    Path completion = Files.createDirectories(folder.resolve("completion"));
    Files.writeString(completion.resolve("millrace"), AutoComplete.bash("millrace", line));
  }

  private static void write(CommandLine line, Path folder, String date) throws IOException {
    CommandSpec spec = line.getCommandSpec();
    Files.writeString(folder.resolve(pageName(spec) + ".1"), new Manual(date).of(line));
    for (CommandLine sub : new TreeMap<>(line.getSubcommands()).values()) {
      if (!sub.getCommandSpec().usageMessage().hidden()) {
        write(sub, folder, date);
      }
    }
  }

  private static String pageName(CommandSpec spec) {
    return spec.qualifiedName("-");
  }

  private String of(CommandLine line) {
    CommandSpec spec = line.getCommandSpec();
    UsageMessageSpec usage = spec.usageMessage();
    List<String> description = List.of(usage.description());
    macro("TH", pageName(spec).toUpperCase(Locale.ROOT), "1", date, "Millrace", "Millrace Manual");
    macro("nh");
    page.append(".ad l\n"); // a request of troff itself, which takes no quotes
    section("NAME");
    text(pageName(spec) + " - " + sentence(description.getFirst()));
    section("SYNOPSIS");
    text(plain(line.getHelp().synopsis(0)).strip().replaceAll("\\s+", " "));
    section("DESCRIPTION");
    description.forEach(paragraph -> text(plain(paragraph)));
    commands(line);
    if (!spec.positionalParameters().isEmpty()) {
      section("ARGUMENTS");
      spec.positionalParameters().forEach(argument -> item(argument.paramLabel(), argument));
    }
    section("OPTIONS");
    spec.options().stream().filter(option -> !option.hidden()).forEach(this::option);
    closing(spec, usage);
    return page.toString();
  }

  private void commands(CommandLine line) {
    if (line.getSubcommands().isEmpty()) {
      return;
    }
    section("COMMANDS");
    line.getSubcommands()
        .forEach(
            (name, sub) -> {
              UsageMessageSpec usage = sub.getCommandSpec().usageMessage();
              if (!usage.hidden()) {
                macro("TP");
                bold(pageName(sub.getCommandSpec()) + "(1)");
                text(plain(usage.description()[0]));
              }
            });
  }

  private void option(OptionSpec option) {
    String names = String.join(", ", option.names());
    boolean takesValue = option.arity().max() > 0;
    item(takesValue ? names + " " + option.paramLabel() : names, option);
  }

  private void item(String label, ArgSpec argument) {
    macro("TP");
    bold(label);
    text(plain(String.join(" ", argument.description())));
  }

  private void closing(CommandSpec spec, UsageMessageSpec usage) {
    section("EXIT STATUS");
    item("0", "Done.");
    item("1", "Failed; one message says why and what to do.");
    item("2", "The command line is wrong.");
    item("130, 143", "Stopped by SIGINT or SIGTERM, in good order.");
    section("ENVIRONMENT");
    item("MILLRACE_JAVA_OPTS", "Options for Java, such as -Xmx1g.");
    item(
        "MILLRACE_HTTP_TOKEN", "What others than this machine must give to be answered over HTTP.");
    item("MILLRACE_KAFKA_LOG", "How much Kafka says: error (the default), warn, info or debug.");
    item("JAVA_HOME", "The Java 25 to run on. Without it one is looked for.");
    if (usage.footer().length > 0) {
      section("EXAMPLES");
      macro("nf");
      for (String example : usage.footer()) {
        raw(plain(example).strip());
      }
      macro("fi");
    }
    if (spec.parent() != null) {
      section("SEE ALSO");
      text(pageName(spec.parent()) + "(1)");
    }
  }

  private void item(String label, String text) {
    macro("TP");
    bold(label);
    text(text);
  }

  /** Without the markup and the format directives of picocli. */
  private static String plain(String text) {
    return Help.Ansi.OFF.string(String.format(text));
  }

  private static String sentence(String text) {
    String plain = plain(text).strip();
    return plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
  }

  private void section(String title) {
    macro("SH", title);
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument)).append('"');
    }
    page.append('\n');
  }

  private void bold(String text) {
    page.append("\\fB").append(escaped(text)).append("\\fR\n");
  }

  /** Paragraphs where the text has line ends of its own. */
  private void text(String text) {
    raw(text.strip());
  }

  private void raw(String text) {
    text.lines()
        .forEach(
            line ->
                page.append(line.matches("[.'].*") ? "\\&" : "")
                    .append(escaped(line))
                    .append('\n'));
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '"' -> escaped.append("\\(dq");
                case '\'' -> escaped.append("\\(aq");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                default -> {
                  if (c < 128) {
                    escaped.appendCodePoint(c);
                  } else {
                    escaped.append("\\[u%04X]".formatted(c));
                  }
                }
              }
            });
    return escaped.toString();
  }
}
