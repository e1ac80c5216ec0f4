package dev.millrace.topology.config;

import dev.millrace.engine.loss.LossSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a shape cannot say: options that contradict each other. */
final class PipelineChecks {
  private final Problems problems;

  private PipelineChecks(Problems problems) {
    this.problems = problems;
  }

  static void check(Value file, Problems problems) {
    PipelineChecks checks = new PipelineChecks(problems);
    FeatureChecks features = new FeatureChecks(problems);
    checks.fields(file);
    file.get("input")
        .flatMap(i -> i.get("features"))
        .ifPresent(f -> f.elements().stream().filter(Value::isMap).forEach(features::check));
    file.get("label")
        .flatMap(l -> l.get("classes"))
        .ifPresent(classes -> features.distinct("class", classes.elements()));
    file.get("label").ifPresent(label -> ImbalanceOptions.check(label, problems));
    checks.loss(file);
    checks.leastSquares(file);
    checks.topics(file);
    checks.optimizer(file);
    if (problems.none()) {
      file.get("model")
          .flatMap(m -> m.get("layers"))
          .ifPresent(layers -> LayerOptions.check(layers.elements(), problems));
    }
  }

  /** Label, weight, key, timestamp and features are different fields. */
  private void fields(Value file) {
    Map<String, String> roles = new HashMap<>();
    Optional<Value> input = file.get("input");
    role(roles, "the label", file.get("label").flatMap(l -> l.get("field")));
    role(roles, "the weight", file.get("label").flatMap(l -> l.get("weight")));
    role(roles, "the key", input.flatMap(i -> i.get("key")));
    role(roles, "the timestamp", input.flatMap(i -> i.get("timestamp")));
    Optional<String> label = file.get("label").flatMap(l -> l.text("field"));
    for (Value feature :
        input.flatMap(i -> i.get("features")).map(Value::elements).orElse(List.of())) {
      if (!feature.isMap()) {
        role(roles, "a feature", Optional.of(feature));
      } else if (feature.get("lag").isPresent() && feature.text("name").equals(label)) {
        continue; // an earlier event's
      } else if (feature.get("as").isEmpty() && feature.get("lag").isEmpty()) {
        role(roles, "a feature", feature.get("name"));
      } else {
        only(roles, feature.get("name"));
      }
    }
  }

  /** A field may give several features, but must be nothing else. */
  private void only(Map<String, String> roles, Optional<Value> field) {
    Optional<String> other = field.flatMap(Value::text).map(roles::get);
    if (other.isPresent() && !other.get().equals("a feature")) {
      role(roles, "a feature", field);
    }
  }

  private void role(Map<String, String> roles, String role, Optional<Value> field) {
    if (field.isEmpty() || field.get().text().isEmpty()) {
      return;
    }
    String name = field.get().text().get();
    String other = roles.putIfAbsent(name, role);
    if (role.equals(other)) {
      problems.add(
          field.get().node(), "'" + name + "' is listed twice; expected each feature once");
    } else if (other != null) {
      problems.add(
          field.get().node(),
          "'" + name + "' is already " + other + "; expected another field as " + role);
    }
  }

  private void loss(Value file) {
    Optional<Value> loss = file.get("model").flatMap(m -> m.get("loss"));
    Optional<LossSpec> spec = loss.flatMap(PipelineParser::lossName).map(LossSpec::of);
    int classes =
        file.get("label")
            .flatMap(l -> l.get("classes"))
            .map(list -> list.elements().size())
            .orElse(0);
    if (classes > 0 && spec.isPresent() && !spec.get().kind().fits(classes)) {
      problems.add(
          loss.orElseThrow().node(),
          "%s is for %s, but the label has %d classes; expected auto, %s"
              .formatted(
                  spec.get().name(),
                  labelOf(spec.get().kind()),
                  classes,
                  String.join(", ", LossSpec.namesFor(classes))));
    }
  }

  /** A layer that learns a number by squared errors goes with no other label and no other loss. */
  private void leastSquares(Value file) {
    Optional<Value> model = file.get("model");
    List<Value> layers = model.flatMap(m -> m.get("layers")).map(Value::elements).orElse(List.of());
    if (layers.stream().noneMatch(layer -> layer.isMap() && LayerOptions.isLeastSquares(layer))) {
      return;
    }
    file.get("label")
        .flatMap(l -> l.get("classes"))
        .ifPresent(
            classes ->
                problems.add(
                    classes.node(),
                    "recursive_least_squares learns a number; expected no classes, or another last"
                        + " layer"));
    Optional<Value> loss = model.flatMap(m -> m.get("loss"));
    Optional<String> name = loss.flatMap(PipelineParser::lossName);
    if (name.isPresent() && !name.get().equals(LossSpec.MEAN_SQUARED_ERROR.name())) {
      problems.add(
          loss.orElseThrow().node(),
          "recursive_least_squares minimises squared errors, not %s; expected auto or %s"
              .formatted(name.get(), LossSpec.MEAN_SQUARED_ERROR.name()));
    }
  }

  private static String labelOf(LossSpec.Kind kind) {
    return switch (kind) {
      case CLASSES -> "classes";
      case YES_OR_NO, MARGIN -> "two classes";
      case VALUE -> "a number";
      case COUNT -> "a count";
    };
  }

  /** Told once every value is of its shape. */
  private void optimizer(Value file) {
    Optional<Value> optimizer = file.get("model").flatMap(m -> m.get("optimizer"));
    if (optimizer.isPresent() && problems.none()) {
      try {
        OptimizerOptions.spec(optimizer.get());
      } catch (IllegalArgumentException e) {
        problems.add(optimizer.get().node(), "model.optimizer: " + e.getMessage());
      }
    }
  }

  /** What a pipeline writes, it must not read, and no two outputs may share a topic. */
  private void topics(Value file) {
    Optional<String> topic = file.get("input").flatMap(i -> i.text("topic"));
    if (topic.isEmpty()) {
      return;
    }
    String name = file.text("name").orElseGet(() -> PipelineParser.defaultName(topic.get()));
    Pipeline.Outputs outputs = PipelineParser.outputs(file.get("outputs"), name);
    Map<String, String> uses = new HashMap<>(Map.of(topic.get(), "input.topic"));
    topic(file, uses, "predictions", outputs.predictions());
    topic(file, uses, "metrics", outputs.metrics());
    topic(file, uses, "snapshots", outputs.snapshots());
    topic(file, uses, "dead_letters", outputs.deadLetters());
    topic(file, uses, "control", outputs.control());
    topic(file, uses, "control_log", outputs.controlLog());
  }

  private void topic(Value file, Map<String, String> uses, String output, String topic) {
    String other = uses.putIfAbsent(topic, "outputs." + output);
    if (other != null) {
      Value at =
          file.get("outputs")
              .flatMap(o -> o.get(output))
              .or(() -> file.get("outputs"))
              .or(() -> file.get("input"))
              .orElse(file);
      problems.add(
          at.node(),
          "outputs." + output + " is '" + topic + "', as is " + other + "; expected another topic");
    }
  }
}
