package dev.millrace.formats.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.engine.Learner;
import dev.millrace.formats.Origin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A graph in ONNX Runtime. */
public final class OnnxRun implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OnnxRun(byte[] graph) throws OrtException {
    session = environment.createSession(graph, new OrtSession.SessionOptions());
  }

  /** The graph that a learner is written as now. */
  public static OnnxRun of(Learner learner) throws IOException, OrtException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OnnxFile.write(learner, Origin.of(learner, "test"), out);
    return new OnnxRun(out.toByteArray());
  }

  Set<String> inputs() {
    return session.getInputNames();
  }

  Map<String, String> properties() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /**
   * The outputs by their names.
   *
   * @param rows arrays of rows by the name of the input
   */
  public Map<String, Object> run(Map<String, Object> rows) throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (Map.Entry<String, Object> input : rows.entrySet()) {
      inputs.put(input.getKey(), OnnxTensor.createTensor(environment, input.getValue()));
    }
    try (OrtSession.Result result = session.run(inputs)) {
      Map<String, Object> outputs = new HashMap<>();
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
        outputs.put(output.getKey(), output.getValue().getValue());
      }
      return outputs;
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
