package dev.millrace.app.cli;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.formats.TensorDifference;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.SnapshotTopic;
import dev.millrace.topology.store.ModelDifferences;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots diff}. */
@Command(
    name = "diff",
    description = {
      "Compares two copies of a model: what they state, every array, and how good they were.",
      "An array's norm is the root of the sum of its squares; the distance is that of the"
          + " difference."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots diff elec2.yaml 1000 2000",
      "  millrace snapshots diff elec2.yaml production 2000 --partition 3 -o json"
    })
final class SnapshotsDiffCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags source;

  @Parameters(
      index = "1",
      paramLabel = "N|TAG",
      converter = CopyNameConverter.class,
      description = "One copy, by its version or a tag.")
  private CopyName one;

  @Parameters(
      index = "2",
      paramLabel = "N|TAG",
      converter = CopyNameConverter.class,
      description = "The copy to compare with.")
  private CopyName other;

  @Mixin private PartitionFlag partition;
  @Mixin private KernelFlag kernels;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = source.pipeline();
    Map<SnapshotTopic, SnapshotManifest> copies = partition.copies(pipeline, one);
    Map<SnapshotTopic, SnapshotManifest> others = partition.copies(pipeline, other);
    Kernels with = kernels.select(spec.commandLine().getErr());
    List<Map<String, Object>> all = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    copies.forEach(
        (topic, manifest) ->
            others.entrySet().stream()
                .filter(entry -> entry.getKey().model().equals(topic.model()))
                .findFirst()
                .ifPresent(
                    entry ->
                        compare(
                            topic.model(),
                            topic.learner(manifest, with),
                            manifest,
                            entry.getKey().learner(entry.getValue(), with),
                            entry.getValue(),
                            all,
                            lines)));
    source.print(spec, all, lines);
    return ExitCodes.OK;
  }

  private static void compare(
      String model,
      Learner before,
      SnapshotManifest first,
      Learner after,
      SnapshotManifest second,
      List<Map<String, Object>> all,
      List<String> lines) {
    List<String> stated =
        ModelDifferences.between(
            ModelSpec.fromJson(first.spec()), ModelSpec.fromJson(second.spec()));
    List<TensorDifference> tensors = TensorDifference.between(before, after);
    all.add(json(first, second, stated, tensors));
    lines.add("%s, versions %d and %d".formatted(model, first.version(), second.version()));
    lines.add(stated.isEmpty() ? "they state the same model" : String.join("\n", stated));
    lines.add("%-40s %14s %14s %14s".formatted("ARRAY", "NORM", "OTHER NORM", "DISTANCE"));
    for (TensorDifference t : tensors) {
      lines.add(row("%-40s %14s %14s %14s", t.name(), t.norm(), t.otherNorm(), t.distance()));
    }
    lines.add("%-40s %14s %14s".formatted("FIGURE", "VALUE", "OTHER VALUE"));
    figures(first, second)
        .forEach((name, pair) -> lines.add(row("%-40s %14s %14s", name, pair.one, pair.other)));
  }

  private record Pair(Optional<Double> one, Optional<Double> other) {}

  private static Map<String, Pair> figures(SnapshotManifest first, SnapshotManifest second) {
    Map<String, Pair> pairs = new TreeMap<>();
    List.of(first, second).stream()
        .flatMap(manifest -> manifest.metrics().keySet().stream())
        .forEach(
            name ->
                pairs.put(
                    name,
                    new Pair(
                        Optional.ofNullable(first.metrics().get(name)),
                        Optional.ofNullable(second.metrics().get(name)))));
    return pairs;
  }

  @SafeVarargs
  private static String row(String format, String name, Optional<Double>... values) {
    List<Object> cells = new ArrayList<>();
    cells.add(name);
    for (Optional<Double> value : values) {
      cells.add(value.map(v -> String.format(Locale.ROOT, "%.6g", v)).orElse("-"));
    }
    return String.format(Locale.ROOT, format, cells.toArray());
  }

  private static Map<String, Object> json(
      SnapshotManifest first,
      SnapshotManifest second,
      List<String> stated,
      List<TensorDifference> tensors) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", first.model());
    json.put("version", first.version());
    json.put("other_version", second.version());
    json.put("spec", stated);
    List<Map<String, Object>> arrays = new ArrayList<>();
    for (TensorDifference tensor : tensors) {
      Map<String, Object> array = new LinkedHashMap<>();
      array.put("name", tensor.name());
      array.put("norm", tensor.norm().orElse(null));
      array.put("other_norm", tensor.otherNorm().orElse(null));
      array.put("distance", tensor.distance().orElse(null));
      arrays.add(array);
    }
    json.put("arrays", arrays);
    json.put("metrics", first.metrics());
    json.put("other_metrics", second.metrics());
    return json;
  }
}
