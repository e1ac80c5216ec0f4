package dev.millrace.app.cli;

import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.SnapshotTags;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots tag}. */
@Command(
    name = "tag",
    description = {
      "Gives a copy a name that can stand wherever a version can, and keeps it, however many newer"
          + " ones there are, until the name is taken away or given to another copy. The pipeline"
          + " may be running.",
      "A tagged copy is written once more to the topic of the copies."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots tag elec2.yaml before-summer",
      "  millrace snapshots tag elec2.yaml production --version 1000",
      "  millrace serve elec2.yaml --model-version production"
    })
final class SnapshotsTagCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TagFlags flags;
  @Mixin private CopyChoice choice;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = flags.source().pipeline();
    String tag = flags.tag();
    Map<SnapshotTopic, SnapshotManifest> copies = choice.in(pipeline);
    SnapshotTags.tag(pipeline, tag, copies);
    List<Map<String, Object>> all = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (SnapshotManifest manifest : copies.values()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("model", manifest.model());
      json.put("version", manifest.version());
      json.put("tag", tag);
      all.add(json);
      lines.add("%s/%d is %s".formatted(manifest.model(), manifest.version(), tag));
    }
    flags.source().print(spec, all, lines);
    return ExitCodes.OK;
  }
}
