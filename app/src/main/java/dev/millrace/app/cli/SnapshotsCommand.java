package dev.millrace.app.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots}: the published copies of a pipeline's models. */
@Command(
    name = "snapshots",
    description =
        "Lists, compares, exports, verifies, tags, installs and goes back to the published copies"
            + " of models.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots list elec2.yaml",
      "  millrace snapshots show elec2.yaml --version 1000",
      "  millrace snapshots diff elec2.yaml 1000 2000",
      "  millrace snapshots export elec2.yaml --format safetensors -o elec2.safetensors",
      "  millrace snapshots verify elec2.yaml",
      "  millrace snapshots restore elec2.yaml",
      "  millrace snapshots install new.yaml --from elec2.yaml",
      "  millrace snapshots rollback elec2.yaml --version 1000",
      "  millrace snapshots tag elec2.yaml production --version 1000",
      "  millrace snapshots untag elec2.yaml production"
    },
    subcommands = {
      SnapshotsListCommand.class,
      SnapshotsShowCommand.class,
      SnapshotsDiffCommand.class,
      SnapshotsExportCommand.class,
      SnapshotsVerifyCommand.class,
      SnapshotsRestoreCommand.class,
      SnapshotsInstallCommand.class,
      SnapshotsRollbackCommand.class,
      SnapshotsTagCommand.class,
      SnapshotsUntagCommand.class
    })
public final class SnapshotsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected one of " + spec.subcommands().keySet());
  }
}
