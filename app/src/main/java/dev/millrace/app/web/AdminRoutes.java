package dev.millrace.app.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.host.InstalledFields;
import dev.millrace.app.monitor.Frame;
import dev.millrace.app.monitor.PipelineMonitor;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.SnapshotInstall;
import dev.millrace.topology.recovery.SnapshotTags;
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
        .post("/{pipeline}/snapshots/{copy}/rollback", this::rollback)
        .put("/{pipeline}/tags/{tag}", this::tag)
        .delete("/{pipeline}/tags/{tag}", this::untag);
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
                          json.addObject()
                              .put("model", model)
                              .put("version", copy.version())
                              .put("tag", copy.tag().orElse(null));
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
    CopyName copy = copy(request.path().pathParameters().get("copy"));
    OptionalInt partition = Requests.partition(request);
    List<SnapshotInstall.Installed> installed =
        monitors.host(Requests.pipeline(request)).rollback(partition, copy);
    Json.send(response, 200, Json.tree(installed.stream().map(InstalledFields::of).toList()));
  }

  /** Of the newest copy, unless the body names another by its version or a tag. */
  private void tag(ServerRequest request, ServerResponse response) {
    String tag = tag(request);
    JsonNode version = Json.body(request).path("version");
    CopyName copy = version.isValueNode() ? copy(version.asText()) : CopyName.NEWEST;
    ArrayNode json = Json.array();
    monitors
        .host(Requests.pipeline(request))
        .tag(tag, Requests.partition(request), copy)
        .forEach(
            manifest ->
                json.addObject()
                    .put("model", manifest.model())
                    .put("version", manifest.version())
                    .put("tag", tag));
    Json.send(response, 200, json);
  }

  private void untag(ServerRequest request, ServerResponse response) {
    String tag = tag(request);
    Pipeline pipeline = monitor(request).pipeline();
    if (SnapshotTags.untag(pipeline, tag, Requests.partition(request)).isEmpty()) {
      throw new ApiException(
          404, "No snapshot of pipeline '%s' has the tag '%s'".formatted(pipeline.name(), tag));
    }
    response.status(204).send();
  }

  private static String tag(ServerRequest request) {
    try {
      return CopyName.requireTag(request.path().pathParameters().get("tag"));
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, e.getMessage());
    }
  }

  private static CopyName copy(String text) {
    try {
      return CopyName.of(text);
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, e.getMessage());
    }
  }

  private PipelineMonitor monitor(ServerRequest request) {
    return monitors.named(Requests.pipeline(request));
  }
}
