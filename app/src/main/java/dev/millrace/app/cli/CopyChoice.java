package dev.millrace.app.cli;

import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which copies are meant, the newest ones unless stated; a picocli mixin. */
final class CopyChoice {
  @Option(
      names = "--version",
      paramLabel = "N|TAG",
      converter = CopyNameConverter.class,
      description = "The copy of that version, or with that tag. Default: the newest.")
  private CopyName name; // null for the newest

  @Mixin private PartitionFlag partition;
  @Mixin private HelpFlag help;

  /** Whether one partition is meant, and the others are not. */
  boolean isOfOnePartition() {
    return partition.isGiven();
  }

  /** The one partition meant where the model comes from a file, which holds one version. */
  OptionalInt partitionOfFile(CommandSpec spec) {
    if (name != null) {
      throw new ParameterException(
          spec.commandLine(), "--version chooses a published copy; a file holds one model");
    }
    return partition.given();
  }

  /** Of each model meant, the copy meant. */
  Map<SnapshotTopic, SnapshotManifest> in(Pipeline pipeline) {
    return partition.copies(pipeline, name == null ? CopyName.NEWEST : name);
  }
}
