package dev.millrace.engine.network;

import dev.millrace.engine.layer.DoubleActivations;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import java.util.List;

/** The mean loss and the outputs in double, written from the textbook and not from the engine. */
final class DoubleNetwork {
  private final List<LayerSpec> layers;
  private final LossSpec loss;

  DoubleNetwork(List<LayerSpec> layers, LossSpec loss) {
    this.layers = layers;
    this.loss = loss;
  }

  /** Parameters are all kernels [in][out] and biases in turn. */
  double[] outputs(double[] parameters, double[] row) {
    double[] a = row;
    int at = 0;
    for (LayerSpec spec : layers) {
      LayerSpec.Dense layer = (LayerSpec.Dense) spec;
      double[] z = new double[layer.units()];
      for (int j = 0; j < z.length; j++) {
        z[j] = parameters[at + a.length * z.length + j];
        for (int k = 0; k < a.length; k++) {
          z[j] += a[k] * parameters[at + k * z.length + j];
        }
      }
      at += (a.length + 1) * z.length;
      a = DoubleActivations.apply(layer.activation(), z);
    }
    return a;
  }

  /** Σ weight·loss / rows. */
  double meanLoss(double[] parameters, double[][] rows, double[][] targets, double[] weights) {
    double sum = 0;
    for (int row = 0; row < rows.length; row++) {
      sum += weights[row] * DoubleLoss.of(loss, outputs(parameters, rows[row]), targets[row]);
    }
    return sum / rows.length;
  }
}
