package dev.millrace.app.cli;

import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.control.ControlTopic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace control}: asks the models of a running pipeline for something. */
@Command(
    name = "control",
    description = {
      "Asks a running pipeline's models to pause, resume, slow down, freeze or begin anew; or lists"
          + " what was asked.",
      "Each takes it up between two events, and keeps a record of where. Says what came of it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace control elec2.yaml pause --reason \"the feed of 3 p.m. is broken\"",
      "  millrace control elec2.yaml resume",
      "  millrace control elec2.yaml learning-rate 0.0001",
      "  millrace control elec2.yaml learning-rate stated",
      "  millrace control elec2.yaml freeze dense_0 --partition 1",
      "  millrace control elec2.yaml reset",
      "  millrace control elec2.yaml list -o json"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused, or not taken up in time; it is taken up when the pipeline runs",
      "2:the command line is wrong"
    })
public final class ControlCommand implements Callable<Integer> {
  private static final String LIST = "list";
  private static final String STATED = "stated";
  private static final List<String> ACTIONS =
      List.of("pause", "resume", "learning-rate", "freeze", "unfreeze", "reset", LIST);
  private static final Duration PAUSE = Duration.ofMillis(300);

  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags target;

  @Parameters(
      index = "1",
      paramLabel = "ACTION",
      description =
          "pause, resume, learning-rate RATE, freeze [LAYER…], unfreeze [LAYER…], reset, or list.")
  private String action;

  @Parameters(
      index = "2..*",
      paramLabel = "WORD",
      description =
          "The rate, or 'stated' for that of the file; or layers, of model: auto experts. None:"
              + " all.")
  private List<String> words = List.of();

  @Option(
      names = "--partition",
      paramLabel = "P",
      description = "The model of that input partition. Default: every one's, or none's.")
  private Integer partition;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever reads the list.")
  private String reason;

  @Option(
      names = "--who",
      paramLabel = "NAME",
      description = "Who asks. Default: the user's name and the machine's.")
  private String who;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait until it is taken up; 0 for not. Default: 30.")
  private int waitSeconds;

  @Override
  public Integer call() throws IOException {
    if (!ACTIONS.contains(action)) {
      throw new ParameterException(
          spec.commandLine(),
          "ACTION is '%s'; expected one of %s%s"
              .formatted(action, String.join(", ", ACTIONS), Words.didYouMean(action, ACTIONS)));
    }
    Pipeline pipeline = target.pipeline();
    ControlTopic topic = new ControlTopic(pipeline);
    if (action.equals(LIST)) {
      print(ControlText.entries(pipeline, topic.history()));
      return ExitCodes.OK;
    }
    Control control = control();
    List<ControlTopic.Sent> sent;
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      OptionalInt only = partition == null ? OptionalInt.empty() : OptionalInt.of(partition);
      sent = topic.send(registry, control, only);
    }
    List<ControlOutcome> outcomes = outcomes(topic, sent);
    print(ControlText.entries(pipeline, ControlText.entries(control, sent, outcomes)));
    boolean done =
        waitSeconds == 0
            || outcomes.size() == sent.size() && outcomes.stream().allMatch(ControlOutcome::isDone);
    return done ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private void print(List<ControlText> entries) throws IOException {
    List<Map<String, Object>> json = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    entries.forEach(
        entry -> {
          json.add(entry.json());
          lines.add(entry.line());
        });
    target.print(spec, json, lines);
  }

  private Control control() {
    Control.Action asked =
        Control.Action.valueOf(action.replace('-', '_').toUpperCase(Locale.ROOT));
    boolean ofLayers = asked == Control.Action.FREEZE || asked == Control.Action.UNFREEZE;
    return new Control(
        UUID.randomUUID().toString(),
        asked,
        asked == Control.Action.LEARNING_RATE ? rate() : none(ofLayers),
        ofLayers ? words : List.of(),
        who == null ? ControlText.whoAmI() : who,
        System.currentTimeMillis(),
        reason);
  }

  private Double rate() {
    if (words.size() == 1 && words.getFirst().equals(STATED)) {
      return null;
    }
    try {
      if (words.size() == 1) {
        return Double.valueOf(words.getFirst());
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ParameterException(
        spec.commandLine(),
        "learning-rate %s; expected a number such as 0.001, or stated"
            .formatted(words.isEmpty() ? "has no rate" : "is '" + String.join(" ", words) + "'"));
  }

  private Double none(boolean ofLayers) {
    if (!ofLayers && !words.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "%s takes no '%s'".formatted(action, words.getFirst()));
    }
    return null;
  }

  private List<ControlOutcome> outcomes(ControlTopic topic, List<ControlTopic.Sent> sent) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
    List<ControlOutcome> outcomes = List.of();
    while (waitSeconds > 0 && outcomes.size() < sent.size() && System.nanoTime() < end) {
      LockSupport.parkNanos(PAUSE.toNanos());
      outcomes = topic.outcomes(sent);
    }
    return outcomes;
  }
}
