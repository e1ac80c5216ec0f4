package dev.millrace.formats;

import dev.millrace.engine.Learner;
import dev.millrace.formats.keras.KerasFile;
import dev.millrace.formats.onnx.OnnxFile;
import java.io.IOException;
import java.io.OutputStream;

/** A form that a model can be written in, by the name that users give it. */
public enum ModelFormat {
  onnx(OnnxFile::write),
  keras(KerasFile::write),
  safetensors(SafetensorsFile::write),
  card(ModelCard::write);

  private interface Writer {
    void write(Learner learner, Origin origin, OutputStream out) throws IOException;
  }

  private final Writer writer;

  ModelFormat(Writer writer) {
    this.writer = writer;
  }

  /**
   * Writes a model.
   *
   * @throws FormatException if the format cannot hold it; all reasons are named
   */
  public void write(Learner learner, Origin origin, OutputStream out) throws IOException {
    writer.write(learner, origin, out);
  }
}
