package dev.millrace.benchmarks.tensorflow;

import dev.millrace.benchmarks.measure.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Scope;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Constant;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mul;
import org.tensorflow.op.math.Sigmoid;
import org.tensorflow.op.math.Sub;
import org.tensorflow.op.nn.BiasAdd;
import org.tensorflow.op.nn.Relu;
import org.tensorflow.op.nn.Softmax;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.train.ApplyAdam;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The graph of a task: fused operations where TensorFlow has them, its own gradients below the sums
 * of the last layer, and ApplyAdam for each tensor.
 */
final class TensorFlowNetwork {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;

  private final Scope scope;
  private final Placeholder<TFloat32> rows;
  private final List<Operand<?>> parameters = new ArrayList<>();
  private final List<Op> initializers = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private final Operand<TFloat32> outputs;
  private Placeholder<? extends TType> targets;
  private Op step;

  TensorFlowNetwork(Graph graph, Task task) {
    scope = graph.baseScope();
    rows =
        Placeholder.create(
            scope, TFloat32.class, Placeholder.shape(Shape.of(task.batch(), task.inputs())));
    Operand<TFloat32> y = rows;
    Operand<TFloat32> sums = rows;
    int width = task.inputs();
    for (Task.Layer layer : task.layers()) {
      sums = sums(y, width, layer.units());
      y = activation(layer.activation(), sums);
      width = layer.units();
    }
    outputs = y;
    if (task.work() == Task.Work.STEP) {
      if (!task.optimizer().equals("adam")) {
        throw new IllegalArgumentException("only adam is here, optimizer=" + task.optimizer());
      }
      adam(sums, sumsGradient(task, sums));
    }
  }

  private Operand<TFloat32> sums(Operand<TFloat32> x, int inputs, int units) {
    double bound = Math.sqrt(6.0 / (inputs + units));
    Operand<TFloat32> kernel = variable(Shape.of(inputs, units), bound);
    Operand<TFloat32> bias = variable(Shape.of(units), 0);
    parameters.add(kernel);
    parameters.add(bias);
    return BiasAdd.create(scope, MatMul.create(scope, x, kernel), bias);
  }

  private Operand<TFloat32> activation(String name, Operand<TFloat32> z) {
    return switch (name) {
      case "relu" -> Relu.create(scope, z);
      case "softmax" -> Softmax.create(scope, z);
      case "sigmoid" -> Sigmoid.create(scope, z);
      case "linear" -> z;
      default -> throw new IllegalArgumentException("unknown activation, name=" + name);
    };
  }

  /** The gradient of the mean loss by the sums of the last layer, [batch][outputs]. */
  private Operand<TFloat32> sumsGradient(Task task, Operand<TFloat32> sums) {
    float mean = 1f / task.batch();
    if (task.loss().equals("categorical_crossentropy")) {
      Placeholder<TInt32> classes =
          Placeholder.create(scope, TInt32.class, Placeholder.shape(Shape.of(task.batch())));
      targets = classes;
      Operand<TFloat32> gradient =
          SparseSoftmaxCrossEntropyWithLogits.create(scope, sums, classes).backprop();
      return Mul.create(scope, gradient, scalar(mean));
    }
    Placeholder<TFloat32> values =
        Placeholder.create(
            scope, TFloat32.class, Placeholder.shape(Shape.of(task.batch(), task.outputs())));
    targets = values;
    boolean binary = task.loss().equals("binary_crossentropy");
    float factor = (binary ? mean : 2 * mean) / task.outputs();
    return Mul.create(scope, Sub.create(scope, outputs, values), scalar(factor));
  }

  private void adam(Operand<TFloat32> sums, Operand<TFloat32> sumsGradient) {
    Gradients gradients =
        Gradients.create(scope, List.of(sums), parameters, Gradients.dx(List.of(sumsGradient)));
    Operand<TFloat32> power1 = variable(Shape.scalar(), constant(Shape.scalar(), BETA_1));
    Operand<TFloat32> power2 = variable(Shape.scalar(), constant(Shape.scalar(), BETA_2));
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      updates.add(update(i, power1, power2, gradients.<TFloat32>dy(i)));
    }
    Scope after = scope.withControlDependencies(updates);
    step =
        NoOp.create(
            scope.withControlDependencies(
                List.of(
                    Assign.create(after, power1, Mul.create(after, power1, scalar(BETA_1))),
                    Assign.create(after, power2, Mul.create(after, power2, scalar(BETA_2))))));
  }

  private Op update(
      int parameter,
      Operand<TFloat32> power1,
      Operand<TFloat32> power2,
      Operand<TFloat32> gradient) {
    @SuppressWarnings("unchecked") // all parameters are floats
    Operand<TFloat32> w = (Operand<TFloat32>) parameters.get(parameter);
    return ApplyAdam.create(
        scope,
        w,
        variable(w.shape(), 0),
        variable(w.shape(), 0),
        power1,
        power2,
        scalar(0.001f),
        scalar(BETA_1),
        scalar(BETA_2),
        scalar(1e-7f),
        gradient);
  }

  /** A variable, at first uniform within the bound. */
  private Operand<TFloat32> variable(Shape shape, double bound) {
    float[] values = new float[(int) shape.size()];
    if (bound > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble(-bound, bound);
      }
    }
    return variable(shape, constant(shape, values));
  }

  private Operand<TFloat32> variable(Shape shape, Operand<TFloat32> value) {
    Variable<TFloat32> variable = Variable.create(scope, shape, TFloat32.class);
    initializers.add(Assign.create(scope, variable, value));
    return variable;
  }

  private Operand<TFloat32> constant(Shape shape, float... values) {
    return Constant.tensorOf(scope, shape, DataBuffers.of(values));
  }

  private Operand<TFloat32> scalar(float value) {
    return Constant.scalarOf(scope, value);
  }

  /** Where [batch][inputs] goes in. */
  Operand<TFloat32> rows() {
    return rows;
  }

  /** Where class indices [batch], or values [batch][outputs], go in. */
  Operand<? extends TType> targets() {
    return targets;
  }

  /** [batch][outputs]. */
  Operand<TFloat32> outputs() {
    return outputs;
  }

  /** Forward, backward and the optimiser; null unless the task is a step. */
  Op step() {
    return step;
  }

  /** Gives every variable its first value; to be run once. */
  Op initialize() {
    return NoOp.create(scope.withControlDependencies(initializers));
  }
}
