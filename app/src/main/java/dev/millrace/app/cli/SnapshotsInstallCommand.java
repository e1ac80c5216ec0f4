package dev.millrace.app.cli;

import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots install}. */
@Command(
    name = "install",
    description = {
      "Makes a copy of another pipeline's model the model of a stopped pipeline, in place of the"
          + " one that it has. Their files must state the same model.",
      "The next run goes on with the event after the last one taken; nothing is predicted twice."
          + " The state before can be had back with rollback while a copy of it is kept."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots install new.yaml --from elec2.yaml",
      "  millrace snapshots install new.yaml --from elec2.yaml --version 4000 -o json"
    })
final class SnapshotsInstallCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags target;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "OTHER_PIPELINE",
      description = "The file of the pipeline that published the copy.")
  private Path from;

  @Mixin private CopyChoice choice;
  @Mixin private KernelFlag kernels;

  @Override
  public Integer call() throws IOException {
    Installation installation = new Installation(spec, target, kernels);
    var source = PipelineParser.parse(from);
    installation.run(source, choice.in(source), choice.isOfOnePartition());
    return ExitCodes.OK;
  }
}
