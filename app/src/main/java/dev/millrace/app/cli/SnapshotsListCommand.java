package dev.millrace.app.cli;

import dev.millrace.topology.recovery.SnapshotTopic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots list}. */
@Command(
    name = "list",
    description = "Lists the copies that are kept, the oldest first, then those with a tag.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots list elec2.yaml",
      "  millrace snapshots list elec2.yaml -o json"
    })
final class SnapshotsListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags source;

  @Override
  public Integer call() throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    lines.add(ManifestText.HEADER);
    for (SnapshotTopic topic : SnapshotTopic.all(source.pipeline())) {
      for (SnapshotTopic.Copy copy : topic.keptAndTagged()) {
        copy.manifest()
            .ifPresentOrElse(
                manifest -> {
                  Map<String, Object> json = ManifestText.json(manifest);
                  json.put("tag", copy.tag().orElse(null));
                  all.add(json);
                  lines.add(ManifestText.row(manifest, copy.tag()));
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
}
