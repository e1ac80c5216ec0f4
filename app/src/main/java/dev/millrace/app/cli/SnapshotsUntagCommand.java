package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.SnapshotTags;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots untag}. */
@Command(
    name = "untag",
    description = "Takes a tag away, and with it the copy that it kept.",
    footerHeading = "%nExamples:%n",
    footer = "  millrace snapshots untag elec2.yaml before-summer")
final class SnapshotsUntagCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TagFlags flags;
  @Mixin private PartitionFlag partition;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = flags.source().pipeline();
    String tag = flags.tag();
    List<String> models = SnapshotTags.untag(pipeline, tag, partition.given());
    if (models.isEmpty()) {
      throw new UserException(
          "no snapshot of pipeline '%s' has the tag '%s'".formatted(pipeline.name(), tag),
          "millrace snapshots list shows those there are");
    }
    flags
        .source()
        .print(
            spec,
            models.stream()
                .map(model -> Map.<String, Object>of("model", model, "tag", tag))
                .toList(),
            models.stream().map(model -> model + " has no " + tag + " any more").toList());
    return ExitCodes.OK;
  }
}
