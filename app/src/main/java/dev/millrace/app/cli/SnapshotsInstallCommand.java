package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots install}. */
@Command(
    name = "install",
    description = {
      "Makes a copy of another pipeline's model, or the model of a file, the model of a stopped"
          + " pipeline, in place of the one that it has. The pipeline's file must state the same"
          + " model.",
      "The next run goes on with the event after the last one taken; nothing is predicted twice."
          + " The state before can be had back with rollback while a copy of it is kept."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshots install new.yaml --from elec2.yaml",
      "  millrace snapshots install new.yaml --from elec2.yaml --version 4000 -o json",
      "  millrace snapshots install new.yaml --file trained.millrace",
      "  millrace snapshots install new.yaml --file network.keras"
    })
final class SnapshotsInstallCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags target;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Source source;

  /** Where the model comes from. */
  private static final class Source {
    @Option(
        names = "--from",
        paramLabel = "OTHER_PIPELINE",
        description = "The file of the pipeline that published the copy.")
    private Path from;

    @Option(
        names = "--file",
        paramLabel = "MODEL_FILE",
        description = "A model that eval --save wrote, or a .keras file.")
    private Path file;
  }

  @Mixin private CopyChoice choice;
  @Mixin private KernelFlag kernels;

  @Override
  public Integer call() throws IOException {
    Installation installation = new Installation(spec, target, kernels);
    if (source.file != null) {
      installation.run(source.file, choice.partitionOfFile(spec));
    } else {
      Pipeline from = PipelineParser.parse(source.from);
      installation.run(from, choice.in(from), choice.isOfOnePartition());
    }
    return ExitCodes.OK;
  }
}
