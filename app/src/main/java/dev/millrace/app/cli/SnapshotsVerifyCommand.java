package dev.millrace.app.cli;

import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.recovery.SnapshotCheck;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots verify}. */
@Command(
    name = "verify",
    description = {
      "Checks every block of a copy against its manifest, then learns the events since the copy"
          + " before it again and compares the weights. A copy that was installed is compared with"
          + " the one that it was taken from, if that is still kept.",
      "Reads only: the pipeline may be running. Exit code 1 if anything differs."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots verify elec2.yaml",
      "  millrace snapshots verify elec2.yaml --version 1000 -o json"
    })
final class SnapshotsVerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags source;
  @Mixin private CopyChoice choice;
  @Mixin private KernelFlag kernels;

  @Option(
      names = "--from",
      paramLabel = "OTHER_PIPELINE",
      description = {
        "The file of the pipeline that the model was installed from, if that one's copies are with"
            + " other brokers."
      })
  private Path from;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = source.pipeline();
    Pipeline other = from == null ? pipeline : PipelineParser.parse(from);
    PrintWriter err = spec.commandLine().getErr();
    List<Map<String, Object>> all = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    boolean same = true;
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      for (Map.Entry<SnapshotTopic, SnapshotManifest> chosen : choice.in(pipeline).entrySet()) {
        SnapshotManifest manifest = chosen.getValue();
        ProgressLine progress = new ProgressLine(err);
        SnapshotCheck check =
            SnapshotCheck.of(
                pipeline,
                other,
                chosen.getKey(),
                manifest,
                kernels.select(err),
                PipelineFlags.schemas(registry),
                told(progress, manifest.lineage().lastOffset() + 1));
        progress.clear();
        same &= check.same();
        all.add(json(check));
        lines.addAll(lines(check));
      }
    }
    source.print(spec, all, lines);
    return same ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private static LongConsumer told(ProgressLine progress, long end) {
    return offset -> progress.update(offset + 1, (offset + 1.0) / end);
  }

  private static Map<String, Object> json(SnapshotCheck check) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", check.model());
    json.put("version", check.version());
    json.put("from_version", check.fromVersion().orElse(null));
    json.put("first_offset", check.firstOffset());
    json.put("last_offset", check.lastOffset());
    json.put("published_digest", check.published());
    json.put("replayed_digest", check.replayed());
    json.put("replayed_version", check.replayedVersion());
    check.origin().ifPresent(origin -> json.put("installed_from", json(origin)));
    json.put("same", check.same());
    return json;
  }

  private static Map<String, Object> json(SnapshotCheck.Origin origin) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", origin.model());
    json.put("version", origin.version());
    json.put("recorded_digest", origin.recorded());
    json.put("source_digest", origin.found().orElse(null));
    return json;
  }

  private static List<String> lines(SnapshotCheck check) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s/%d: every block is as the manifest says".formatted(check.model(), check.version()));
    check
        .origin()
        .ifPresentOrElse(origin -> installed(check, origin, lines), () -> learned(check, lines));
    return lines;
  }

  private static void learned(SnapshotCheck check, List<String> lines) {
    lines.add(
        "  learned again  offsets %d to %d, from %s"
            .formatted(
                check.firstOffset(),
                check.lastOffset(),
                check.fromVersion().map(version -> "version " + version).orElse("nothing")));
    lines.add("  published      version %d, %s".formatted(check.version(), check.published()));
    lines.add(
        "  replayed       version %d, %s".formatted(check.replayedVersion(), check.replayed()));
    lines.add(
        check.same() ? "  the same, bit for bit" : "  DIFFERENT: the log does not make this copy");
  }

  private static void installed(
      SnapshotCheck check, SnapshotCheck.Origin origin, List<String> lines) {
    lines.add(
        "  installed      at offset %d, from %s/%d"
            .formatted(check.firstOffset(), origin.model(), origin.version()));
    lines.add("  published      version %d, %s".formatted(check.version(), check.published()));
    lines.add(
        "  its blocks     version %d, %s".formatted(check.replayedVersion(), check.replayed()));
    lines.add("  recorded       " + origin.recorded());
    lines.add(
        "  the source     "
            + origin
                .found()
                .orElse("is not kept by these brokers; --from OTHER_PIPELINE names others"));
    lines.add(
        check.same()
            ? "  the same, bit for bit"
            : "  DIFFERENT: this is not the copy that was installed");
  }
}
