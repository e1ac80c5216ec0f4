package dev.millrace.app.cli;

import dev.millrace.engine.Learner;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.formats.Origin;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace export}: a model file in a format that other programs read. */
@Command(
    name = "export",
    description = {
      "Writes a model that eval --save wrote in a format that other programs read.",
      "A published copy of a running pipeline's model: millrace snapshots export."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace eval elec2.yaml --data elec2.csv.gz --save elec2.millrace",
      "  millrace export elec2.millrace --format safetensors -o elec2.safetensors"
    })
public final class ExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL_FILE", description = "The model file.")
  private Path file;

  @Mixin private ExportFlags export;
  @Mixin private KernelFlag kernels;

  @Override
  public Integer call() throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      Learner learner = ModelFile.load(in, kernels.select(spec.commandLine().getErr()));
      Origin origin = Origin.of(learner, file.getFileName().toString());
      export.write(learner, origin, spec.commandLine().getOut());
    }
    return ExitCodes.OK;
  }
}
