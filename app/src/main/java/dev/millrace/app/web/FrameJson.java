package dev.millrace.app.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.monitor.DeadLetterSample;
import dev.millrace.app.monitor.Frame;
import dev.millrace.app.monitor.InsideView;
import dev.millrace.app.monitor.ModelFrame;
import dev.millrace.app.monitor.Pace;
import dev.millrace.engine.feature.FeatureStatistics;
import dev.millrace.engine.metric.ClassView;
import dev.millrace.schemas.Metrics;
import java.util.List;
import java.util.Locale;

/** What the page reads of a pipeline; docs/http.md has the fields. */
final class FrameJson {
  private FrameJson() {}

  static ObjectNode of(Frame frame) {
    ObjectNode json =
        Json.object()
            .put("pipeline", frame.pipeline())
            .put("time", frame.time())
            .put("state", frame.state());
    frame.problem().ifPresent(problem -> json.put("problem", problem));
    ArrayNode restoring = json.putArray("restoring");
    frame
        .restoring()
        .forEach(
            model ->
                restoring
                    .addObject()
                    .put("model", model.model())
                    .put("blocks", model.blocks())
                    .put("share", model.share()));
    ArrayNode models = json.putArray("models");
    frame.models().forEach(model -> models.add(of(model)));
    return json.put("dead_letters_seen", frame.deadLetters());
  }

  private static ObjectNode of(ModelFrame model) {
    Metrics metrics = model.metrics();
    ObjectNode json =
        Json.object()
            .put("partition", metrics.partition())
            .put("version", metrics.modelVersion())
            .put("offset", metrics.offset())
            .put("event_time", model.eventTime())
            .put("lag_events", model.pace().lagEvents())
            .put("lag_seconds", model.pace().lagSeconds())
            .put("events_per_second", model.pace().eventsPerSecond())
            .put("weights_digest", metrics.weightsDigest());
    json.putObject("counts")
        .put("read", metrics.read())
        .put("predicted", metrics.predicted())
        .put("dead_lettered", metrics.deadLettered())
        .put("labelled", metrics.labelled())
        .put("learned", metrics.learned())
        .put("pending", metrics.pending())
        .put("rejected", metrics.rejected())
        .put("undersampled", metrics.undersampled())
        .put("skipped_steps", metrics.skippedSteps());
    ObjectNode deadLetters = json.putObject("dead_letters");
    metrics.deadLetters().forEach(deadLetters::put);
    ObjectNode figures = json.putObject("figures");
    metrics.metrics().forEach((name, value) -> Json.putNumber(figures, name, value));
    if (!model.nanosAnEvent().isEmpty()) {
      ObjectNode stages = json.putObject("stage_seconds");
      model
          .nanosAnEvent()
          .forEach(
              (stage, nanos) -> stages.put(stage.name().toLowerCase(Locale.ROOT), nanos / 1e9));
    }
    model.inside().ifPresent(inside -> put(inside, json));
    return json;
  }

  private static void put(InsideView inside, ObjectNode json) {
    json.put("state_bytes", inside.stateBytes());
    ArrayNode features = json.putArray("features");
    for (FeatureStatistics feature : inside.features()) {
      ObjectNode each =
          features
              .addObject()
              .put("name", feature.name())
              .put("kind", feature.kind().name().toLowerCase(Locale.ROOT))
              .put("count", feature.count());
      Json.putNumber(each, "mean", feature.mean());
      Json.putNumber(each, "deviation", feature.deviation());
      feature.texts().ifPresent(texts -> each.put("texts", texts));
      Double importance = inside.importance().get(feature.name());
      if (importance != null) {
        each.put("importance", importance);
      }
    }
    inside.classView().ifPresent(view -> put(view, inside.classes(), json));
  }

  private static void put(ClassView view, List<String> names, ObjectNode json) {
    ArrayNode classes = json.putArray("classes");
    for (int k = 0; k < names.size(); k++) {
      ClassView.OfClass of = view.classes().get(k);
      classes
          .addObject()
          .put("name", names.get(k))
          .put("labels", of.labels())
          .put("predictions", of.predictions())
          .put("hits", of.hits());
    }
    ArrayNode bins = json.putArray("confidence");
    for (ClassView.Bin bin : view.bins()) {
      bins.addObject()
          .put("events", bin.events())
          .put("confidence", bin.confidence())
          .put("hits", bin.hits());
    }
  }

  /** Columns over the events read, and over time; the oldest first. */
  static ObjectNode timeline(List<Metrics> samples, List<Pace> paces) {
    ObjectNode json = Json.object();
    ObjectNode pace = json.putObject("pace");
    for (Pace moment : paces) {
      pace.withArray("time").add(moment.time());
      pace.withArray("events_per_second").add(moment.eventsPerSecond());
      pace.withArray("lag_seconds").add(moment.lagSeconds());
      pace.withArray("lag_events").add(moment.lagEvents());
    }
    ArrayNode read = json.putArray("read");
    ArrayNode version = json.putArray("version");
    ObjectNode figures = json.putObject("figures");
    for (int i = 0; i < samples.size(); i++) {
      Metrics sample = samples.get(i);
      read.add(sample.read());
      version.add(sample.modelVersion());
      for (var figure : sample.metrics().entrySet()) {
        ArrayNode column = figures.withArray(figure.getKey());
        fill(column, i);
        if (Double.isFinite(figure.getValue())) {
          column.add(figure.getValue());
        }
      }
    }
    figures.forEach(column -> fill((ArrayNode) column, samples.size()));
    return json;
  }

  /** A figure that a sample lacks is null there. */
  private static void fill(ArrayNode column, int size) {
    while (column.size() < size) {
      column.addNull();
    }
  }

  static ArrayNode deadLetters(List<DeadLetterSample> letters) {
    ArrayNode json = Json.array();
    letters.forEach(
        letter ->
            json.addObject()
                .put("time", letter.time())
                .put("place", letter.place())
                .put("reason", letter.reason())
                .put("message", letter.message())
                .put("bytes", letter.bytes()));
    return json;
  }
}
