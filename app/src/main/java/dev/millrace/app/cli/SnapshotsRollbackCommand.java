package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots rollback}. */
@Command(
    name = "rollback",
    description = {
      "Makes an earlier copy of a stopped pipeline's model its model again. The file must state the"
          + " model that the copy is of.",
      "The next run goes on with the event after the last one taken; nothing is predicted twice,"
          + " and versions go on rising."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots list elec2.yaml",
      "  millrace snapshots rollback elec2.yaml --version 1000",
      "  millrace snapshots rollback elec2.yaml --version production"
    })
final class SnapshotsRollbackCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags target;

  @Option(
      names = "--version",
      required = true,
      paramLabel = "N|TAG",
      converter = CopyNameConverter.class,
      description = "The copy of that version, or with that tag.")
  private CopyName name;

  @Mixin private PartitionFlag partition;
  @Mixin private KernelFlag kernels;
  @Mixin private HelpFlag help;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = target.pipeline();
    new Installation(spec, target, kernels)
        .run(pipeline, partition.copies(pipeline, name), partition.isGiven());
    return ExitCodes.OK;
  }
}
