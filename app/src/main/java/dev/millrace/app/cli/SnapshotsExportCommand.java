package dev.millrace.app.cli;

import dev.millrace.engine.Learner;
import dev.millrace.formats.Origin;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots export}. */
@Command(
    name = "export",
    description = "Writes a published copy in a format that other programs read.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots export elec2.yaml --format safetensors -o elec2.safetensors",
      "  millrace snapshots export elec2.yaml --version 4000 --format safetensors -o"
          + " old.safetensors"
    })
final class SnapshotsExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Mixin private CopyChoice choice;
  @Mixin private ExportFlags export;
  @Mixin private KernelFlag kernels;

  @Override
  public Integer call() throws IOException {
    Map.Entry<SnapshotTopic, SnapshotManifest> copy = onlyCopy();
    SnapshotManifest manifest = copy.getValue();
    Learner learner = copy.getKey().learner(manifest, kernels.select(spec.commandLine().getErr()));
    export.write(learner, origin(manifest), spec.commandLine().getOut());
    return ExitCodes.OK;
  }

  private Map.Entry<SnapshotTopic, SnapshotManifest> onlyCopy() throws IOException {
    Map<SnapshotTopic, SnapshotManifest> copies = choice.in(PipelineParser.parse(file));
    if (copies.size() > 1) {
      throw new UserException(
          "the pipeline has a model for each partition, and a file holds one: "
              + copies.keySet().stream()
                  .map(SnapshotTopic::model)
                  .collect(Collectors.joining(", ")),
          "Choose one with --partition P");
    }
    return copies.entrySet().iterator().next();
  }

  private static Origin origin(SnapshotManifest manifest) {
    SnapshotManifest.Lineage lineage = manifest.lineage();
    return new Origin(
        manifest.model(),
        manifest.version(),
        lineage.configHash(),
        manifest.weightsDigest(),
        Optional.of(
            new Origin.Log(
                lineage.topic(),
                lineage.partition(),
                lineage.firstOffset(),
                lineage.lastOffset(),
                lineage.parentVersion())));
  }
}
