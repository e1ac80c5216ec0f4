package dev.millrace.benchmarks.dl4j;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A network whose batches are arrays of ND4J before the clock starts. */
final class Dl4jSubject implements Subject {
  private final MultiLayerNetwork network;
  private final INDArray[] rows;
  private final INDArray[] targets;
  private final boolean learns;

  Dl4jSubject(Task task) {
    if (!task.optimizer().equals("adam")) {
      throw new IllegalArgumentException("only adam is here, optimizer=" + task.optimizer());
    }
    network = network(task);
    learns = task.work() == Task.Work.STEP;
    Batches batches = new Batches(task);
    rows = new INDArray[batches.count()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Nd4j.create(batches.rows(i), new int[] {task.batch(), task.inputs()}, 'c');
    }
    targets = new INDArray[batches.targetCount()];
    for (int i = 0; i < targets.length; i++) {
      float[] values = targets(task, batches.targets(i));
      targets[i] = Nd4j.create(values, new int[] {task.batch(), task.outputs()}, 'c');
    }
  }

  private static MultiLayerNetwork network(Task task) {
    NeuralNetConfiguration.ListBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(0.001, 0.9, 0.999, 1e-7))
            .list();
    int width = task.inputs();
    for (Task.Layer layer : task.layers().subList(0, task.layers().size() - 1)) {
      builder.layer(
          new DenseLayer.Builder()
              .nIn(width)
              .nOut(layer.units())
              .activation(activation(layer.activation()))
              .build());
      width = layer.units();
    }
    Task.Layer last = task.layers().getLast();
    builder.layer(
        new OutputLayer.Builder(loss(task.loss()))
            .nIn(width)
            .nOut(last.units())
            .activation(activation(last.activation()))
            .build());
    MultiLayerNetwork network = new MultiLayerNetwork(builder.build());
    network.init();
    return network;
  }

  private static Activation activation(String name) {
    return name.equals("linear") ? Activation.IDENTITY : Activation.fromString(name);
  }

  private static LossFunction loss(String name) {
    return switch (name) {
      case "categorical_crossentropy" -> LossFunction.MCXENT;
      case "binary_crossentropy" -> LossFunction.XENT;
      case "mean_squared_error" -> LossFunction.MSE;
      default -> throw new IllegalArgumentException("unknown loss, loss=" + name);
    };
  }

  /** [batch][outputs]; DL4J wants classes as ones among zeros. */
  private static float[] targets(Task task, float[] values) {
    if (!task.loss().equals("categorical_crossentropy")) {
      return values;
    }
    float[] oneHot = new float[values.length * task.outputs()];
    for (int row = 0; row < values.length; row++) {
      oneHot[row * task.outputs() + (int) values[row]] = 1;
    }
    return oneHot;
  }

  @Override
  public void step(int index) {
    INDArray x = rows[index & (rows.length - 1)];
    if (learns) {
      network.fit(x, targets[index % targets.length]);
    } else {
      network.output(x);
    }
  }

  @Override
  public Map<String, String> facts() {
    String extension = System.getProperty("org.bytedeco.javacpp.platform.extension");
    return Map.of("version", "DL4J 1.0.0-M2.1, native" + extension);
  }
}
