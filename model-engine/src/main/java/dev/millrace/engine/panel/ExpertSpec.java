package dev.millrace.engine.panel;

import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.List;

/**
 * One network of a panel.
 *
 * @param name its own among the experts, of small letters, digits and underscores
 * @param layers all of them, the output layer last
 */
public record ExpertSpec(
    String name, List<LayerSpec> layers, LossSpec loss, OptimizerSpec optimizer) {
  public ExpertSpec {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException(
          "an expert's name has small letters, digits and underscores, name=" + name);
    }
    layers = Layers.resolve(layers);
    loss.requireFor(layers.getLast());
  }
}
