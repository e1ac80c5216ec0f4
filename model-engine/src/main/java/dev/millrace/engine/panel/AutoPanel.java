package dev.millrace.engine.panel;

import dev.millrace.engine.feature.ExpansionSpec;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The panel that {@code model: auto} is: about ten networks, linear or small, that differ in what
 * they read and in how fast they learn. {@code docs/learning.md} says why these.
 */
public final class AutoPanel {
  private static final int KNOTS = 32;
  private static final int VALUES = 64;
  private static final int NUMBERS = 200;
  private static final int PAIRS = 150;
  private static final int BUCKETS = 1 << 18;
  private static final int BUCKETS_MIN = 1 << 10;
  private static final int UNITS = 64;
  private static final int UNITS_OF_MANY = 16;
  private static final int BASIS_UNITS = 32;

  /** A network's weights of categories: 16 MiB, and as much for its optimiser. */
  private static final int TABLE_MAX = 1 << 22;

  /** Rows of so many numbers are worth a network of more units. */
  private static final int WIDE_FROM = 128;

  private static final int WIDE_UNITS = 256;

  /** A network that reads the basis is small enough up to so many inputs. */
  private static final long BASIS_NETWORK_INPUTS_MAX = 3_000;

  /**
   * What a linear expert of each reach reads; the wider reach is the narrower where it is empty.
   */
  private final String features;

  private final String basis;
  private final String crosses;
  private final String crossesAndPieces;
  private final boolean smallBasis;
  private final boolean wide;

  /** What networks read: not the categories where a table of them would be too large. */
  private final String networkReads;

  private final boolean hasNetworks;
  private final int units;
  private final int outputs;
  private final Activation activation;
  private final List<ExpertSpec> experts = new ArrayList<>();

  private AutoPanel(FeatureSpace space, int classes) {
    outputs = outputs(classes);
    activation =
        switch (classes) {
          case 0 -> Activation.LINEAR;
          case 2 -> Activation.SIGMOID;
          default -> Activation.SOFTMAX;
        };
    SequencedMap<String, Integer> fields = space.categories();
    Set<String> pieces = piecesOfWords(space);
    features = pieces.isEmpty() ? Inputs.FEATURES : without(pieces, space);
    boolean hasBasis = fields.containsKey(FeatureSpace.BASIS);
    basis = hasBasis ? features + Inputs.AND + FeatureSpace.BASIS : features;
    crosses =
        fields.containsKey(FeatureSpace.CROSSES)
            ? basis + Inputs.AND + FeatureSpace.CROSSES
            : basis;
    crossesAndPieces = pieces.stream().reduce(crosses, (all, name) -> all + Inputs.AND + name);
    long categories =
        fields.sequencedEntrySet().stream()
            .filter(field -> !field.getKey().startsWith(FeatureSpace.MADE))
            .filter(field -> !pieces.contains(field.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    boolean tooMany = categories > TABLE_MAX / UNITS_OF_MANY;
    hasNetworks = !tooMany || space.width() > 0;
    networkReads = tooMany ? Inputs.NUMBERS : features;
    units = tooMany || categories <= TABLE_MAX / UNITS ? UNITS : UNITS_OF_MANY;
    wide = space.width() >= WIDE_FROM && categories <= TABLE_MAX / WIDE_UNITS;
    long basisInputs = space.width() + categories + fields.getOrDefault(FeatureSpace.BASIS, 0);
    smallBasis = hasBasis && basisInputs <= BASIS_NETWORK_INPUTS_MAX;
  }

  /**
   * Texts of which only runs of characters are taken, where there is something else to read: linear
   * experts gain by them, networks and quick ones are carried away.
   */
  private static Set<String> piecesOfWords(FeatureSpace space) {
    List<String> pieces =
        space.fields().stream()
            .map(FeatureSpace.Field::spec)
            .filter(f -> f.kind() == FeatureKind.TEXT && f.settings().tokens().words() == 0)
            .map(FeatureSpec::name)
            .toList();
    return pieces.size() < space.fields().size() ? new LinkedHashSet<>(pieces) : Set.of();
  }

  private static String without(Set<String> pieces, FeatureSpace space) {
    Stream<String> categories =
        space.categories().keySet().stream()
            .filter(name -> !name.startsWith(FeatureSpace.MADE) && !pieces.contains(name));
    Stream<String> numbers = space.width() > 0 ? Stream.of(Inputs.NUMBERS) : Stream.empty();
    return Stream.concat(numbers, categories).collect(Collectors.joining(Inputs.AND));
  }

  private static int outputs(int classes) {
    return classes <= 2 ? 1 : classes;
  }

  /**
   * The panel for features and a label.
   *
   * @param classes of the label, 0 in a regression
   */
  public static PanelSpec of(List<FeatureSpec> features, int classes, long seed) {
    int buckets = buckets(features, classes);
    ExpansionSpec expansion = new ExpansionSpec(KNOTS, VALUES, NUMBERS, PAIRS, buckets, seed);
    AutoPanel auto = new AutoPanel(new FeatureSpace(features, Optional.of(expansion)), classes);
    if (classes == 0) {
      auto.addForValues();
    } else {
      auto.addForClasses();
    }
    return new PanelSpec(auto.experts, expansion);
  }

  /** Twice the pairs of values that there may be, within what memory allows. */
  private static int buckets(List<FeatureSpec> features, int classes) {
    long sum = 0;
    long squares = 0;
    for (FeatureSpec feature : features) {
      long values = valuesInPairs(feature);
      sum += values;
      squares += values * values;
    }
    long wanted = Math.min(BUCKETS, sum * sum - squares); // the pairs, each of them twice
    long most = BUCKETS / outputs(classes);
    return (int) Long.highestOneBit(Math.max(BUCKETS_MIN, Math.min(most, 2 * wanted - 1)));
  }

  private static long valuesInPairs(FeatureSpec feature) {
    return switch (feature.kind()) {
      case NUMERIC -> ExpansionSpec.EXACT_MAX;
      case ONE_HOT, HASHED, GROWING, DISCRETIZED -> Math.min(feature.size(), BUCKETS);
      case VECTOR, TEXT, BAG, CROSS -> 0;
    };
  }

  private void addForClasses() {
    LossSpec loss = outputs == 1 ? LossSpec.BINARY_CROSSENTROPY : LossSpec.CATEGORICAL_CROSSENTROPY;
    linear("linear_slow", features, loss, normalizedSgd(0.3));
    linear("linear_quick", features, loss, normalizedSgd(4));
    if (!basis.equals(crossesAndPieces)) {
      linear("basis", basis, loss, normalizedAdagrad(1));
    }
    linear("crosses_slow", crossesAndPieces, loss, normalizedAdagrad(0.1));
    linear("crosses", crossesAndPieces, loss, normalizedAdagrad(0.3));
    linear("crosses_quick", crosses, loss, normalizedAdagrad(3));
    if (hasNetworks) {
      network("network", units, 1, loss, adagrad(0.1));
      network("network_quick", units, 1, loss, normalizedSgd(2));
      network("network_deep", units, 2, loss, adagrad(0.1));
    }
    if (smallBasis) {
      network("basis_network", basis, BASIS_UNITS, 1, loss, normalizedAdagrad(0.3));
      network("basis_network_quick", basis, BASIS_UNITS, 1, loss, normalizedSgd(1));
    }
    if (wide) {
      network("network_wide", WIDE_UNITS, 1, loss, adagrad(0.015));
      network("network_wide_deep", WIDE_UNITS, 2, loss, adagrad(0.015));
    }
  }

  private void addForValues() {
    LossSpec squared = LossSpec.MEAN_SQUARED_ERROR;
    LossSpec huber = LossSpec.HUBER;
    linear("linear", features, huber, normalizedAdagrad(3));
    linear("linear_quick", features, huber, normalizedSgd(1));
    linear("basis", basis, huber, normalizedAdagrad(0.3));
    linear("basis_quick", basis, squared, normalizedAdagrad(3));
    linear("crosses", crossesAndPieces, squared, normalizedAdagrad(0.1));
    linear("crosses_quick", crosses, huber, normalizedSgd(1));
    if (hasNetworks) {
      network("network", units, 1, huber, normalizedAdagrad(0.3));
      network("network_deep", units, 2, huber, adagrad(0.1));
      network("network_quick", units, 2, squared, normalizedSgd(0.3));
    }
    if (smallBasis) {
      network("basis_network", basis, BASIS_UNITS, 1, huber, adagrad(0.1));
    }
    if (wide) {
      network("network_wide", WIDE_UNITS, 1, huber, adagrad(0.015));
    }
  }

  private void linear(String name, String reads, LossSpec loss, OptimizerSpec optimizer) {
    experts.add(new ExpertSpec(name, List.of(output(List.of(reads))), loss, optimizer));
  }

  private void network(String name, int units, int hidden, LossSpec loss, OptimizerSpec optimizer) {
    network(name, networkReads, units, hidden, loss, optimizer);
  }

  private void network(
      String name, String reads, int units, int hidden, LossSpec loss, OptimizerSpec optimizer) {
    List<LayerSpec> layers = new ArrayList<>();
    layers.add(hidden(List.of(reads), units, Initializer.LECUN_NORMAL));
    for (int i = 1; i < hidden; i++) {
      layers.add(hidden(List.of(), units, Initializer.HE_NORMAL));
    }
    layers.add(output(List.of()));
    experts.add(new ExpertSpec(name, layers, loss, optimizer));
  }

  private static LayerSpec hidden(List<String> reads, int units, Initializer initializer) {
    return new LayerSpec.Dense("", reads, units, Activation.RELU, true, initializer, 0, 0);
  }

  /** All 0 at first, so that what an expert has not learned it does not say. */
  private LayerSpec output(List<String> reads) {
    return new LayerSpec.Dense("", reads, outputs, activation, true, Initializer.ZEROS, 0, 0);
  }

  private static OptimizerSpec normalizedSgd(double rate) {
    return OptimizerSpec.of("normalized_sgd", Map.of("learning_rate", rate));
  }

  private static OptimizerSpec normalizedAdagrad(double rate) {
    return OptimizerSpec.of("normalized_adagrad", Map.of("learning_rate", rate));
  }

  private static OptimizerSpec adagrad(double rate) {
    return OptimizerSpec.of(
        "adagrad", Map.of("learning_rate", rate, "initial_accumulator_value", 0.0));
  }
}
