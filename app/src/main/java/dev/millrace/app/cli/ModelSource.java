package dev.millrace.app.cli;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.formats.keras.KerasFile;
import dev.millrace.topology.recovery.FileModel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a model is taken from: one that {@code eval --save} wrote, or Keras. */
final class ModelSource {
  private static final String KERAS = ".keras";

  private ModelSource() {}

  static FileModel of(Path file, Kernels kernels) {
    return new FileModel(file.getFileName().toString(), stated -> read(file, stated, kernels));
  }

  private static Learner read(Path file, ModelSpec stated, Kernels kernels) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return file.toString().endsWith(KERAS)
          ? KerasFile.read(in).toLearner(stated, kernels)
          : ModelFile.load(in, kernels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
