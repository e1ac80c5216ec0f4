package dev.millrace.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.Names;
import dev.millrace.topology.RegistrySchemas;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.recovery.SnapshotCheck;
import dev.millrace.topology.recovery.SnapshotTopic;
import dev.millrace.topology.recovery.StateRestore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots}: the published copies of a pipeline's models. */
@Command(
    name = "snapshots",
    description = "Lists, verifies and goes back to the published copies of a pipeline's models.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots list elec2.yaml",
      "  millrace snapshots show elec2.yaml --version 1000",
      "  millrace snapshots verify elec2.yaml",
      "  millrace snapshots restore elec2.yaml"
    })
public final class SnapshotsCommand implements Runnable {
  private static final int DIGEST_SHOWN = 12;
  private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected one of " + spec.subcommands().keySet());
  }

  /** What all of them need. */
  private static final class Source {
    @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
    private Path file;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "table|json",
        defaultValue = "table",
        description = "How to print the result. Default: table.")
    private OutputFormat output;

    private Pipeline pipeline() throws IOException {
      return PipelineParser.parse(file);
    }

    private void print(CommandSpec spec, Object json, Iterable<String> lines)
        throws JsonProcessingException {
      PrintWriter out = spec.commandLine().getOut();
      if (output == OutputFormat.json) {
        out.println(JsonMapper.builder().build().writeValueAsString(json));
      } else {
        lines.forEach(out::println);
      }
      out.flush();
    }
  }

  /** Which copies are meant. */
  private static final class Choice {
    @Option(
        names = "--version",
        paramLabel = "N",
        description = "The copy of that many steps. Default: the newest.")
    private Long version;

    @Option(
        names = "--partition",
        paramLabel = "P",
        description = "The model of that input partition. Default: every one's.")
    private Integer partition;

    /** Of each model meant, the copy meant. */
    private Map<SnapshotTopic, SnapshotManifest> in(Pipeline pipeline) {
      Map<SnapshotTopic, SnapshotManifest> chosen = new LinkedHashMap<>();
      for (SnapshotTopic topic : SnapshotTopic.all(pipeline)) {
        if (partition == null || topic.model().equals(Names.model(pipeline.name(), partition))) {
          List<SnapshotTopic.Copy> copies = topic.copies();
          copies.stream()
              .filter(copy -> version == null || copy.version() == version)
              .reduce((older, newer) -> newer)
              .ifPresent(copy -> chosen.put(topic, readable(copy)));
        }
      }
      if (chosen.isEmpty()) {
        throw new UserException(
            "no snapshot of pipeline '%s' is kept%s%s"
                .formatted(
                    pipeline.name(),
                    version == null ? "" : " of version " + version,
                    partition == null ? "" : " for partition " + partition),
            "millrace snapshots list shows those there are; snapshots.every in the pipeline file"
                + " says how often one is made");
      }
      return chosen;
    }

    private static SnapshotManifest readable(SnapshotTopic.Copy copy) {
      return copy.manifest()
          .orElseThrow(
              () ->
                  new UserException(
                      copy.problem(),
                      "Choose another copy with --version; the others stay usable"));
    }
  }

  private static Map<String, Object> json(SnapshotManifest manifest) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", manifest.model());
    json.put("version", manifest.version());
    json.put("parent_version", manifest.lineage().parentVersion());
    json.put("topic", manifest.lineage().topic());
    json.put("partition", manifest.lineage().partition());
    json.put("first_offset", manifest.lineage().firstOffset());
    json.put("last_offset", manifest.lineage().lastOffset());
    json.put("config_hash", manifest.lineage().configHash());
    json.put("weights_digest", manifest.weightsDigest());
    json.put("blocks", manifest.blocks().size());
    json.put("bytes", manifest.blocks().stream().mapToLong(SnapshotManifest.BlockRef::bytes).sum());
    json.put("metrics", manifest.metrics());
    return json;
  }

  @Command(
      name = "list",
      description = "Lists the copies that are kept, the oldest first.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  millrace snapshots list elec2.yaml",
        "  millrace snapshots list elec2.yaml -o json"
      })
  int list(@Mixin Source source) throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-20s %10s %10s %14s %14s  %s"
            .formatted("MODEL", "VERSION", "PARENT", "FIRST OFFSET", "LAST OFFSET", "DIGEST"));
    for (SnapshotTopic topic : SnapshotTopic.all(source.pipeline())) {
      for (SnapshotTopic.Copy copy : topic.copies()) {
        copy.manifest()
            .ifPresentOrElse(
                manifest -> {
                  all.add(json(manifest));
                  lines.add(row(manifest));
                },
                () -> {
                  all.add(
                      Map.of(
                          "model", topic.model(),
                          "version", copy.version(),
                          "problem", copy.problem()));
                  lines.add(
                      "%-20s %10d  %s".formatted(topic.model(), copy.version(), copy.problem()));
                });
      }
    }
    source.print(spec, all, lines);
    return ExitCodes.OK;
  }

  private static String row(SnapshotManifest manifest) {
    SnapshotManifest.Lineage lineage = manifest.lineage();
    return String.format(
        Locale.ROOT,
        "%-20s %10d %10s %14d %14d  %s",
        manifest.model(),
        manifest.version(),
        lineage.parentVersion() == null ? "-" : lineage.parentVersion(),
        lineage.firstOffset(),
        lineage.lastOffset(),
        manifest.weightsDigest().substring(0, DIGEST_SHOWN));
  }

  @Command(
      name = "show",
      description = "Shows what a copy is, where it comes from and how good it was.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  millrace snapshots show elec2.yaml",
        "  millrace snapshots show elec2.yaml --version 1000 -o json"
      })
  int show(@Mixin Source source, @Mixin Choice choice) throws IOException {
    List<Map<String, Object>> all =
        choice.in(source.pipeline()).values().stream().map(SnapshotsCommand::json).toList();
    source.print(
        spec,
        all,
        all.stream()
            .flatMap(copy -> copy.entrySet().stream())
            .map(entry -> "%-16s %s".formatted(entry.getKey(), entry.getValue()))
            .toList());
    return ExitCodes.OK;
  }

  @Command(
      name = "verify",
      description = {
        "Checks every block of a copy against its manifest, then learns the events since the copy"
            + " before it again and compares the weights.",
        "Reads only: the pipeline may be running. Exit code 1 if anything differs."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  millrace snapshots verify elec2.yaml",
        "  millrace snapshots verify elec2.yaml --version 1000 -o json"
      })
  int verify(@Mixin Source source, @Mixin Choice choice, @Mixin KernelFlag kernels)
      throws IOException {
    Pipeline pipeline = source.pipeline();
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
                chosen.getKey(),
                manifest,
                kernels.select(err),
                new RegistrySchemas(registry, REGISTRY_PATIENCE, InstantSource.system()),
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
    json.put("same", check.same());
    return json;
  }

  private static List<String> lines(SnapshotCheck check) {
    return List.of(
        "%s/%d: every block is as the manifest says".formatted(check.model(), check.version()),
        "  learned again  offsets %d to %d, from %s"
            .formatted(
                check.firstOffset(),
                check.lastOffset(),
                check.fromVersion().map(version -> "version " + version).orElse("nothing")),
        "  published      version %d, %s".formatted(check.version(), check.published()),
        "  replayed       version %d, %s".formatted(check.replayedVersion(), check.replayed()),
        check.same() ? "  the same, bit for bit" : "  DIFFERENT: the log does not make this copy");
  }

  @Command(
      name = "restore",
      description = {
        "Makes the lost state of a stopped pipeline again: the newest copy, and the events after"
            + " it up to the last commit, learned again.",
        "The next run goes on as if nothing had been lost; nothing is predicted twice."
      },
      footerHeading = "%nExamples:%n",
      footer = "  millrace snapshots restore elec2.yaml --state-dir /var/lib/millrace")
  int restore(@Mixin Source source, @Mixin StateFlags state, @Mixin KernelFlag kernels)
      throws IOException {
    Pipeline pipeline = source.pipeline();
    PrintWriter err = spec.commandLine().getErr();
    List<StateRestore.Restored> restored;
    ProgressLine progress = new ProgressLine(err);
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      restored =
          new StateRestore(
                  pipeline,
                  kernels.select(err),
                  new RegistrySchemas(registry, REGISTRY_PATIENCE, InstantSource.system()),
                  offset -> progress.update(offset + 1, 0))
              .run(state.of(pipeline));
    }
    progress.clear();
    source.print(
        spec,
        restored.stream().map(SnapshotsCommand::json).toList(),
        restored.stream().map(SnapshotsCommand::line).toList());
    return ExitCodes.OK;
  }

  private static Map<String, Object> json(StateRestore.Restored restored) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("partition", restored.partition());
    json.put("from_version", restored.fromVersion().orElse(null));
    json.put("version", restored.version());
    json.put("next_offset", restored.nextOffset());
    json.put("weights_digest", restored.digest());
    return json;
  }

  private static String line(StateRestore.Restored restored) {
    return "partition %d: version %d, made from %s; goes on with offset %d; %s"
        .formatted(
            restored.partition(),
            restored.version(),
            restored.fromVersion().map(version -> "version " + version).orElse("the log alone"),
            restored.nextOffset(),
            restored.digest());
  }
}
