package dev.millrace.app.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.host.InstalledFields;
import dev.millrace.app.monitor.Frame;
import dev.millrace.app.monitor.PipelineMonitor;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.SnapshotInstall;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.OptionalInt;

/** Administration of pipelines, by the paths and manners of Kafka Connect's connectors. */
final class AdminRoutes implements HttpService {
  private final Monitors monitors;

  AdminRoutes(Monitors monitors) {
    this.monitors = monitors;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", this::list)
        .get("/{pipeline}", this::describe)
        .get("/{pipeline}/status", this::status)
        .get("/{pipeline}/snapshots", this::snapshots)
        .post("/{pipeline}/snapshots/{version}/rollback", this::rollback);
  }

  private void list(ServerRequest request, ServerResponse response) {
    ArrayNode names = Json.array();
    monitors.all().forEach(monitor -> names.add(monitor.pipeline().name()));
    Json.send(response, 200, names);
  }

  /** Without the settings of clients, which hold secrets. */
  private void describe(ServerRequest request, ServerResponse response) {
    PipelineMonitor monitor = monitor(request);
    Pipeline pipeline = monitor.pipeline();
    ObjectNode json = Json.object().put("name", pipeline.name());
    json.putObject("config")
        .put("input.topic", pipeline.input().topic())
        .put("outputs.predictions", pipeline.outputs().predictions())
        .put("outputs.metrics", pipeline.outputs().metrics())
        .put("outputs.snapshots", pipeline.outputs().snapshots())
        .put("outputs.dead-letters", pipeline.outputs().deadLetters())
        .put("snapshots.every", pipeline.snapshots().everySteps())
        .put("snapshots.keep", pipeline.snapshots().keep());
    ArrayNode tasks = json.putArray("tasks");
    monitor
        .newest()
        .models()
        .forEach(
            model ->
                tasks
                    .addObject()
                    .put("pipeline", pipeline.name())
                    .put("task", model.metrics().partition()));
    Json.send(response, 200, json);
  }

  private void status(ServerRequest request, ServerResponse response) {
    Frame frame = monitor(request).newest();
    ObjectNode json = Json.object().put("name", frame.pipeline());
    ObjectNode state = json.putObject("pipeline").put("state", frame.state());
    frame.problem().ifPresent(problem -> state.put("trace", problem));
    ArrayNode tasks = json.putArray("tasks");
    frame
        .models()
        .forEach(
            model ->
                tasks
                    .addObject()
                    .put("id", model.metrics().partition())
                    .put("state", frame.state())
                    .put("version", model.metrics().modelVersion())
                    .put("offset", model.metrics().offset())
                    .put("lag", model.pace().lagEvents()));
    Json.send(response, 200, json);
  }

  private void snapshots(ServerRequest request, ServerResponse response) {
    ArrayNode json = Json.array();
    monitor(request)
        .copies()
        .forEach(
            (model, copies) ->
                copies.forEach(
                    copy -> {
                      ObjectNode each =
                          json.addObject().put("model", model).put("version", copy.version());
                      copy.manifest()
                          .ifPresentOrElse(
                              manifest -> describe(manifest, each),
                              () -> each.put("problem", copy.problem()));
                    }));
    Json.send(response, 200, json);
  }

  private static void describe(SnapshotManifest manifest, ObjectNode json) {
    SnapshotManifest.Lineage lineage = manifest.lineage();
    json.put("partition", lineage.partition())
        .put("parent", lineage.parentVersion())
        .put("topic", lineage.topic())
        .put("first_offset", lineage.firstOffset())
        .put("last_offset", lineage.lastOffset())
        .put("config_hash", lineage.configHash())
        .put("weights_digest", manifest.weightsDigest())
        .put("bytes", manifest.blocks().stream().mapToLong(SnapshotManifest.BlockRef::bytes).sum());
    ArrayNode changes = json.putArray("changes");
    lineage
        .changes()
        .forEach(
            change ->
                changes
                    .addObject()
                    .put("version", change.version())
                    .put("offset", change.offset())
                    .put("what", change.what()));
    ObjectNode figures = json.putObject("figures");
    manifest.metrics().forEach((name, value) -> Json.putNumber(figures, name, value));
  }

  private void rollback(ServerRequest request, ServerResponse response) {
    long version = Requests.number(request, "version");
    OptionalInt partition = Requests.partition(request);
    List<SnapshotInstall.Installed> installed =
        monitors.host(Requests.pipeline(request)).rollback(partition, version);
    Json.send(response, 200, Json.tree(installed.stream().map(InstalledFields::of).toList()));
  }

  private PipelineMonitor monitor(ServerRequest request) {
    return monitors.named(Requests.pipeline(request));
  }
}
