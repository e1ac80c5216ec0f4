package dev.millrace.app.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.host.PipelineHost;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.Control.Action;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.control.ControlTopic;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What may be asked of models that run, each as a record on the control topic: 202 says that it is
 * there, and {@code GET …/control} what became of it.
 */
final class ControlRoutes implements HttpService {
  private final Monitors monitors;
  private final InstantSource clock;

  ControlRoutes(Monitors monitors, InstantSource clock) {
    this.monitors = monitors;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/{pipeline}/control", this::history)
        .put("/{pipeline}/pause", (q, r) -> send(Action.PAUSE, q, r))
        .put("/{pipeline}/resume", (q, r) -> send(Action.RESUME, q, r))
        .put("/{pipeline}/learning-rate", (q, r) -> send(Action.LEARNING_RATE, q, r))
        .put("/{pipeline}/freeze", (q, r) -> send(Action.FREEZE, q, r))
        .put("/{pipeline}/unfreeze", (q, r) -> send(Action.UNFREEZE, q, r))
        .put("/{pipeline}/reset", (q, r) -> send(Action.RESET, q, r));
  }

  private void send(Action action, ServerRequest request, ServerResponse response) {
    PipelineHost host = host(request);
    JsonNode body = Json.body(request);
    Control control =
        new Control(
            UUID.randomUUID().toString(),
            action,
            action == Action.LEARNING_RATE ? rate(body) : null,
            layers(body),
            text(body, "who", "http from " + request.remotePeer().host()),
            clock.millis(),
            text(body, "reason", null));
    ArrayNode json = Json.array();
    for (ControlTopic.Sent sent : host.control(control, Requests.partition(request))) {
      json.addObject()
          .put("id", control.id())
          .put("partition", sent.partition())
          .put("control_offset", sent.offset());
    }
    Json.send(response, 202, json);
  }

  /** Null asks for the file's own. */
  private static Double rate(JsonNode body) {
    JsonNode value = body.path("value");
    if (value.isNull() || value.isNumber()) {
      return value.isNull() ? null : (Double) value.asDouble();
    }
    throw new ApiException(
        400, "Expected {\"value\": 0.001}, or null for the rate of the pipeline file");
  }

  private static List<String> layers(JsonNode body) {
    List<String> layers = new ArrayList<>();
    body.path("layers").forEach(layer -> layers.add(layer.asText()));
    return layers;
  }

  private static String text(JsonNode body, String name, String otherwise) {
    return body.path(name).isTextual() ? body.get(name).asText() : otherwise;
  }

  private void history(ServerRequest request, ServerResponse response) {
    ArrayNode json = Json.array();
    new ControlTopic(host(request).pipeline())
        .history()
        .forEach(entry -> put(entry, json.addObject()));
    Json.send(response, 200, json);
  }

  private static void put(ControlTopic.Entry entry, ObjectNode json) {
    json.put("partition", entry.partition()).put("control_offset", entry.offset());
    entry
        .control()
        .ifPresent(
            control -> {
              json.put("id", control.id())
                  .put("action", control.action().toString())
                  .put("value", control.value())
                  .put("who", control.who())
                  .put("at", control.at())
                  .put("reason", control.reason());
              ArrayNode layers = json.putArray("layers");
              control.layers().forEach(layers::add);
            });
    json.put("state", entry.outcome().map(ControlRoutes::state).orElse("waiting"));
    entry
        .outcome()
        .ifPresent(
            outcome ->
                json.put("offset", outcome.offset())
                    .put("version", outcome.modelVersion())
                    .put("refused", outcome.refused()));
  }

  private static String state(ControlOutcome outcome) {
    return outcome.isDone() ? "done" : "refused";
  }

  private PipelineHost host(ServerRequest request) {
    return monitors.host(Requests.pipeline(request));
  }
}
