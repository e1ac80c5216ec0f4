package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.ParameterLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/** From layers as stated to layers that compute. */
public final class Layers {
  private Layers() {}

  /**
   * The same layers with every name and every input decided.
   *
   * @throws IllegalArgumentException if two have one name, or an output layer is not the last
   */
  public static List<LayerSpec> resolve(List<LayerSpec> layers) {
    List<LayerSpec> resolved = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    Set<String> names = new HashSet<>();
    String before = Inputs.FEATURES;
    for (LayerSpec layer : layers) {
      if (layer instanceof LayerSpec.RecursiveLeastSquares && resolved.size() < layers.size() - 1) {
        throw new IllegalArgumentException(
            layer.kind() + " is an output layer; expected it last, place=" + (resolved.size() + 1));
      }
      int number = counts.merge(layer.kind(), 1, Integer::sum) - 1;
      String name = layer.name().isEmpty() ? layer.kind() + "_" + number : layer.name();
      if (!names.add(name)) {
        throw new IllegalArgumentException("a layer's name must be its own, name=" + name);
      }
      resolved.add(layer.at(name, layer.inputs().isEmpty() ? List.of(before) : layer.inputs()));
      before = name;
    }
    return resolved;
  }

  /**
   * The layers in the order in which they compute; the last one is the output layer.
   *
   * @throws IllegalArgumentException if an input names nothing, a layer cannot read what it names,
   *     or nothing reads a layer
   */
  public static List<Layer> build(
      List<LayerSpec> layers,
      Inputs inputs,
      int maxRows,
      ParameterLayout layout,
      Kernels kernels,
      Workspace workspace) {
    Map<String, Layer> built = new LinkedHashMap<>();
    Set<String> read = new HashSet<>();
    for (LayerSpec spec : resolve(layers)) {
      if (inputs.source(spec.name()).isPresent()) {
        throw new IllegalArgumentException(
            "a layer's name must not be that of an input, name=" + spec.name());
      }
      List<Source> sources =
          spec.inputs().stream().map(name -> source(name, spec, built, inputs)).toList();
      read.addAll(spec.inputs());
      built.put(
          spec.name(),
          build(
              spec,
              new Build(spec.name(), built.size(), sources, maxRows, layout, kernels, workspace)));
    }
    String last = List.copyOf(built.keySet()).getLast();
    for (String name : built.keySet()) {
      if (!read.contains(name) && !name.equals(last)) {
        throw new IllegalArgumentException("nothing reads layer '" + name + "'");
      }
    }
    return List.copyOf(built.values());
  }

  /** How many numbers the layers learn. */
  public static long parameterCount(
      List<LayerSpec> layers, int numbers, SequencedMap<String, Integer> categories) {
    return size(buildForOneRow(layers, numbers, categories), Layer::parameters);
  }

  /**
   * How many bytes the state of the layers takes: all that they learn or keep.
   *
   * @param slots of the optimiser, each as long as what it teaches
   */
  public static long stateBytes(
      List<LayerSpec> layers, int numbers, SequencedMap<String, Integer> categories, int slots) {
    List<Layer> built = buildForOneRow(layers, numbers, categories);
    long floats = size(built, Layer::parameters) * (1 + slots) + size(built, Layer::state);
    long own =
        built.stream()
            .flatMap(layer -> layer.ownState("").stream())
            .mapToLong(array -> (long) array.length() * array.elementBytes())
            .sum();
    return floats * Float.BYTES + own;
  }

  private static long size(List<Layer> layers, Function<Layer, List<Parameter>> of) {
    return layers.stream()
        .flatMap(layer -> of.apply(layer).stream())
        .mapToLong(parameter -> parameter.tensor().size())
        .sum();
  }

  private static List<Layer> buildForOneRow(
      List<LayerSpec> layers, int numbers, SequencedMap<String, Integer> categories) {
    ParameterLayout layout = new ParameterLayout();
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();
    Inputs inputs = new Inputs(numbers, categories, 1);
    return build(layers, inputs, 1, layout, kernels, new Workspace(Workers.ONE));
  }

  private static Source source(
      String name, LayerSpec reader, Map<String, Layer> built, Inputs inputs) {
    Layer layer = built.get(name);
    Optional<Source> source =
        layer == null ? inputs.source(name) : Optional.of(Source.of(layer.output()));
    return source.orElseThrow(
        () ->
            new IllegalArgumentException(
                "layer '%s' reads '%s', which is neither a layer before it nor an input; inputs=%s, layers=%s"
                    .formatted(reader.name(), name, inputs.names(), built.keySet())));
  }

  private static Layer build(LayerSpec spec, Build build) {
    return switch (spec) {
      case LayerSpec.Dense dense -> new Dense(dense, build);
      case LayerSpec.ActivationLayer activation -> new ActivationLayer(activation, build);
      case LayerSpec.Embedding embedding -> new Embedding(embedding, build);
      case LayerSpec.Concatenate concatenate -> new Concatenate(build);
      case LayerSpec.Add add -> new Add(build);
      case LayerSpec.Average average -> new Average(build);
      case LayerSpec.Multiply multiply -> new Multiply(build);
      case LayerSpec.Maximum maximum -> new Maximum(build);
      case LayerSpec.Dropout dropout -> new Dropout(dropout, build);
      case LayerSpec.LayerNormalization normalization ->
          new LayerNormalization(normalization, build);
      case LayerSpec.BatchNormalization normalization ->
          new BatchNormalization(normalization, build);
      case LayerSpec.EmbeddingBag bag -> new EmbeddingBag(bag, build);
      case LayerSpec.Cross cross -> new Cross(cross, build);
      case LayerSpec.FactorizationMachine machine -> new FactorizationMachine(machine, build);
      case LayerSpec.RecursiveLeastSquares squares -> new LeastSquares(squares, build);
    };
  }
}
