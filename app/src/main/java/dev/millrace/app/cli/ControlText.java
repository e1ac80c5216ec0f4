package dev.millrace.app.cli;

import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.control.ControlTopic;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was asked of one model and what became of it, for people and for programs. */
record ControlText(String model, ControlTopic.Entry entry) {
  static List<ControlText> entries(Pipeline pipeline, List<ControlTopic.Entry> entries) {
    return entries.stream()
        .map(entry -> new ControlText(Names.model(pipeline.name(), entry.partition()), entry))
        .toList();
  }

  /** Of what was just sent. */
  static List<ControlTopic.Entry> entries(
      Control control, List<ControlTopic.Sent> sent, List<ControlOutcome> outcomes) {
    return sent.stream()
        .map(
            one ->
                new ControlTopic.Entry(
                    one.partition(),
                    one.offset(),
                    Optional.of(control),
                    outcomes.stream().filter(o -> o.partition() == one.partition()).findFirst()))
        .toList();
  }

  /** Who runs this process, and where. */
  static String whoAmI() {
    String user = System.getProperty("user.name");
    try {
      return user + "@" + InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return user;
    }
  }

  String line() {
    String asked =
        entry
            .control()
            .map(
                c ->
                    "%s  %s%s%s, %s%s"
                        .formatted(
                            Instant.ofEpochMilli(c.at()),
                            c.action(),
                            value(c).map(v -> " " + v).orElse(""),
                            c.layers().isEmpty() ? "" : " " + String.join(" ", c.layers()),
                            c.who(),
                            c.reason() == null ? "" : ": " + c.reason()))
            .orElse("a record that is no control");
    return "%s  %s  %s".formatted(model, asked, landed());
  }

  private static Optional<Object> value(Control control) {
    return control.action() == Control.Action.LEARNING_RATE
        ? Optional.of(control.value() == null ? "stated" : control.value())
        : Optional.empty();
  }

  private String landed() {
    return entry
        .outcome()
        .map(
            o ->
                o.isDone()
                    ? "→ done before offset %d, version %d".formatted(o.offset(), o.modelVersion())
                    : "→ refused: " + o.refused())
        .orElse("→ not taken up yet: is the pipeline running?");
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("partition", entry.partition());
    json.put("control_offset", entry.offset());
    Control control = entry.control().orElse(null);
    json.put("id", control == null ? null : control.id());
    json.put("action", control == null ? null : control.action().toString());
    json.put("value", control == null ? null : control.value());
    json.put("layers", control == null ? List.of() : control.layers());
    json.put("who", control == null ? null : control.who());
    json.put("at", control == null ? null : Instant.ofEpochMilli(control.at()).toString());
    json.put("reason", control == null ? null : control.reason());
    ControlOutcome outcome = entry.outcome().orElse(null);
    json.put("state", outcome == null ? "waiting" : outcome.isDone() ? "done" : "refused");
    json.put("refused", outcome == null ? null : outcome.refused());
    json.put("offset", outcome == null ? null : outcome.offset());
    json.put("version", outcome == null ? null : outcome.modelVersion());
    return json;
  }
}
