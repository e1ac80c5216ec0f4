package dev.millrace.app.cli;

import dev.millrace.schemas.SnapshotManifest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots show}. */
@Command(
    name = "show",
    description = "Shows what a copy is, where it comes from and how good it was.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots show elec2.yaml",
      "  millrace snapshots show elec2.yaml --version 1000 -o json"
    })
final class SnapshotsShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags source;
  @Mixin private CopyChoice choice;

  @Override
  public Integer call() throws IOException {
    List<SnapshotManifest> manifests = List.copyOf(choice.in(source.pipeline()).values());
    source.print(
        spec,
        manifests.stream().map(ManifestText::json).toList(),
        manifests.stream().flatMap(manifest -> ManifestText.lines(manifest).stream()).toList());
    return ExitCodes.OK;
  }
}
