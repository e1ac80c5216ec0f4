package dev.millrace.app.cli;

import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** Which models' copies are meant; a picocli mixin. */
final class PartitionFlag {
  @Option(
      names = "--partition",
      paramLabel = "P",
      description = "The model of that input partition. Default: every one's.")
  private Integer partition;

  /** Whether one partition is meant, and the others are not. */
  boolean isGiven() {
    return partition != null;
  }

  /** The partition, if one is meant. */
  OptionalInt given() {
    return partition == null ? OptionalInt.empty() : OptionalInt.of(partition);
  }

  /** Of each model meant, the copy meant. */
  Map<SnapshotTopic, SnapshotManifest> copies(Pipeline pipeline, CopyName name) {
    Map<SnapshotTopic, SnapshotManifest> chosen = new LinkedHashMap<>();
    SnapshotTopic.choose(pipeline, given(), name)
        .forEach((topic, copy) -> chosen.put(topic, readable(copy)));
    if (chosen.isEmpty()) {
      throw new UserException(
          "no snapshot of pipeline '%s' is kept %s%s"
              .formatted(
                  pipeline.name(), name, partition == null ? "" : " for partition " + partition),
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
                    copy.problem(), "Choose another copy with --version; the others stay usable"));
  }
}
