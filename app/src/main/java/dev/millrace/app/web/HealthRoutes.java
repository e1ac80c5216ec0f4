package dev.millrace.app.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.monitor.PipelineMonitor;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/**
 * What probes ask, by the paths of the Open Inference Protocol. The process lives while it answers;
 * it is ready while every pipeline of it runs.
 */
final class HealthRoutes implements HttpService {
  private final Monitors monitors;

  HealthRoutes(Monitors monitors) {
    this.monitors = monitors;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get(
            "/live",
            (request, response) -> Json.send(response, 200, Json.object().put("live", true)))
        .get("/ready", this::ready);
  }

  private void ready(ServerRequest request, ServerResponse response) {
    List<PipelineMonitor> waiting =
        monitors.all().stream()
            .filter(monitor -> !monitor.newest().state().equals("RUNNING"))
            .toList();
    ObjectNode json = Json.object().put("ready", waiting.isEmpty());
    ObjectNode states = json.putObject("waiting");
    waiting.forEach(monitor -> states.put(monitor.pipeline().name(), monitor.newest().state()));
    Json.send(response, waiting.isEmpty() ? 200 : 503, json);
  }
}
