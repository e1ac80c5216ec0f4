package dev.millrace.formats.keras;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Sequential;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.formats.FormatException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network as a {@code .keras} file has it.
 *
 * @param inputs the numbers of a row
 * @param layers in the order in which they compute, named as in the file
 * @param weights row-major, by the names of {@link Sequential#layout}; what layers keep among them
 * @param optimizer as it was compiled with, its slots left behind; empty if it was not
 * @param loss as it was compiled with; empty if it was not
 */
public record KerasModel(
    String name,
    int inputs,
    List<LayerSpec> layers,
    Map<String, float[]> weights,
    Optional<OptimizerSpec> optimizer,
    Optional<LossSpec> loss) {
  public KerasModel {
    layers = List.copyOf(layers);
    weights = Map.copyOf(weights);
  }

  /**
   * The network with these weights, ready to predict and to learn on; its optimiser begins anew.
   *
   * @throws IllegalArgumentException if the loss does not fit the output layer
   */
  public Sequential compile(OptimizerSpec optimizer, LossSpec loss) {
    Sequential.Builder builder = Sequential.input(inputs);
    layers.forEach(builder::layer);
    Sequential network = builder.compile(optimizer, loss);
    weights.forEach(network::setWeights);
    return network;
  }

  /**
   * The network compiled as it was in Keras.
   *
   * @throws IllegalStateException if it was not compiled there
   */
  public Sequential compile() {
    return compile(
        optimizer.orElseThrow(() -> notCompiled("optimizer")),
        loss.orElseThrow(() -> notCompiled("loss")));
  }

  /**
   * A model of a spec with these weights, which has seen no event. The spec says the same layers;
   * it may name them otherwise.
   *
   * @throws FormatException if the spec is of another network, or reads or says otherwise than a
   *     Keras network does; all of it is named
   */
  public Learner toLearner(ModelSpec spec, Kernels kernels) {
    return new KerasWarmStart(this).learner(spec, kernels);
  }

  private static IllegalStateException notCompiled(String what) {
    return new IllegalStateException(
        "the file states no %s; give one with compile(optimizer, loss)".formatted(what));
  }
}
