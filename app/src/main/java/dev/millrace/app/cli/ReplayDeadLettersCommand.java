package dev.millrace.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.cli.DeadLetterReplay.Choice;
import dev.millrace.app.cli.ReplayTally.Verdict;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.decode.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace replay-dead-letters}: events that could not be used, once more. */
@Command(
    name = "replay-dead-letters",
    description = {
      "Puts dead letters back on the pipeline's input, as the events that they were.",
      "Do it when what made them bad is mended. Each goes back once, however often this is run or"
          + " stopped; an event that fails again is left, unless --again is given."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace replay-dead-letters elec2.yaml --dry-run",
      "  millrace replay-dead-letters elec2.yaml --reason unknown_schema",
      "  millrace replay-dead-letters elec2.yaml --limit 100 -o json"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done; also if there was nothing to put back",
      "1:failed; what was put back before is kept, and the next run goes on from there",
      "2:the command line is wrong",
      "130:stopped by Ctrl-C; the next run goes on from there"
    })
public final class ReplayDeadLettersCommand implements Callable<Integer> {
  private static final int LETTERS_AT_ONCE = 200;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(names = "--dry-run", description = "Say what would be put back, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "Only dead letters of this reason, such as unknown_schema.")
  private String reason;

  @Option(names = "--again", description = "Also those that were put back before and failed again.")
  private boolean again;

  @Option(names = "--limit", paramLabel = "N", description = "Put back so many at most.")
  private Long limit;

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Kafka, in place of the pipeline's.")
  private String bootstrapServer;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "table (the default) or json.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException {
    Choice choice = choice();
    Target target = Target.ofPipeline(file, bootstrapServer, null);
    Pipeline pipeline = target.pipeline().orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    ProgressLine line = new ProgressLine(spec.commandLine().getErr());
    DeadLetterReplay.Progress progress =
        (read, of) -> line.update(read, of == 0 ? 1 : (double) read / of);
    try (Interrupt interrupt = new Interrupt();
        DeadLetterReplay replay = new DeadLetterReplay(pipeline, target.kafka(), LETTERS_AT_ONCE)) {
      ReplayTally tally =
          dryRun
              ? replay.look(choice, interrupt::asked, progress)
              : replay.run(choice, interrupt::asked, progress);
      line.clear();
      if (output == OutputFormat.json) {
        out.println(json(pipeline, tally, interrupt.asked()));
      } else {
        table(pipeline, tally).forEach(out::println);
      }
      out.flush();
    }
    return ExitCodes.OK;
  }

  private Choice choice() {
    List<String> reasons = Stream.of(Reason.values()).map(Reason::label).toList();
    if (reason != null && !reasons.contains(reason)) {
      throw new ParameterException(
          spec.commandLine(),
          "--reason is '"
              + reason
              + "'; expected one of "
              + String.join(", ", reasons)
              + Words.didYouMean(reason, reasons));
    }
    if (limit != null && limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit must be at least 1");
    }
    return new Choice(
        Optional.ofNullable(reason),
        again,
        limit == null ? OptionalLong.empty() : OptionalLong.of(limit));
  }

  private String json(Pipeline pipeline, ReplayTally tally, boolean stopped) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("pipeline", pipeline.name());
    root.put("from", pipeline.outputs().deadLetters());
    root.put("to", pipeline.input().topic());
    root.put("dry_run", dryRun);
    root.put("stopped", stopped);
    for (Verdict verdict : Verdict.values()) {
      root.put(verdict.label(), tally.total(verdict));
    }
    ObjectNode reasons = root.putObject("reasons");
    tally
        .byReason()
        .forEach(
            (name, counts) -> {
              ObjectNode node = reasons.putObject(name);
              counts.forEach((verdict, count) -> node.put(verdict.label(), count));
            });
    return root.toString();
  }

  private List<String> table(Pipeline pipeline, ReplayTally tally) {
    String back =
        "%d dead letters %s on %s"
            .formatted(
                tally.total(Verdict.REPLAYED),
                dryRun ? "would be put back" : "put back",
                pipeline.input().topic());
    Stream<String> rows =
        tally.byReason().entrySet().stream()
            .flatMap(
                reason ->
                    reason.getValue().entrySet().stream()
                        .map(
                            count ->
                                String.format(
                                    Locale.ROOT,
                                    "%-16s %8d  %s",
                                    reason.getKey(),
                                    count.getValue(),
                                    told(count.getKey()))));
    return Stream.concat(rows, Stream.of(back)).toList();
  }

  private String told(Verdict verdict) {
    return switch (verdict) {
      case REPLAYED -> dryRun ? "would be put back" : "put back";
      case CUT ->
          "cut, so cannot be put back; the input may still have the event, where its headers say";
      case FAILED_AGAIN -> "put back before, and failed again; --again puts it back once more";
      case NOT_CHOSEN -> "left, being of another reason";
      case FOREIGN -> "left, being no event of " + file;
    };
  }
}
