package dev.millrace.benchmarks.tensorflow;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A session with one thread. Predictions run in the caller's, which saves a hand-over. Steps do
 * not: the session's own thread flushes denormals, which Adam's slots decay into, and a step of one
 * row is a third faster there. Batches are tensors before the clock starts.
 */
final class TensorFlowSubject implements Subject {
  /** A field of {@link RunOptions}: operations run in the thread that calls. */
  private static final int CALLERS_THREAD = -1;

  private final Graph graph = new Graph();
  private final TensorFlowNetwork network;
  private final Session session;
  private final RunOptions options =
      RunOptions.newBuilder().setInterOpThreadPool(CALLERS_THREAD).build();
  private final TFloat32[] rows;
  private final Tensor[] targets;
  private final boolean learns;

  TensorFlowSubject(Task task) {
    network = new TensorFlowNetwork(graph, task);
    ConfigProto one =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(1)
            .setInterOpParallelismThreads(1)
            .build();
    session = new Session(graph, one);
    session.run(network.initialize());
    learns = task.work() == Task.Work.STEP;
    Batches batches = new Batches(task);
    rows = new TFloat32[batches.count()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = tensor(Shape.of(task.batch(), task.inputs()), batches.rows(i));
    }
    targets = new Tensor[batches.targetCount()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = targets(task, batches.targets(i));
    }
  }

  private static Tensor targets(Task task, float[] values) {
    if (!task.loss().equals("categorical_crossentropy")) {
      return tensor(Shape.of(task.batch(), task.outputs()), values);
    }
    int[] classes = new int[values.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (int) values[i];
    }
    return TInt32.vectorOf(classes);
  }

  private static TFloat32 tensor(Shape shape, float[] values) {
    return TFloat32.tensorOf(shape, DataBuffers.of(values));
  }

  @Override
  public void step(int index) {
    Session.Runner run = session.runner().feed(network.rows(), rows[index & (rows.length - 1)]);
    if (learns) {
      run.feed(network.targets(), targets[index % targets.length]).addTarget(network.step());
    } else {
      run.setOptions(options).fetch(network.outputs());
    }
    try (Result result = run.run()) {
      assert result.size() == (learns ? 0 : 1);
    }
  }

  @Override
  public Map<String, String> facts() {
    return Map.of("version", "TensorFlow " + TensorFlow.version() + ", Java 1.1.0");
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
