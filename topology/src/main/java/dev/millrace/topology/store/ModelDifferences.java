package dev.millrace.topology.store;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** In what two models differ, in the words of the pipeline file. */
final class ModelDifferences {
  private static final int CLASSES_SHOWN = 10;

  private final List<String> found = new ArrayList<>();

  private ModelDifferences() {}

  static List<String> between(ModelSpec was, ModelSpec is) {
    ModelDifferences differences = new ModelDifferences();
    differences.features(was.features(), is.features());
    differences.compare("label", label(was.label()), label(is.label()));
    differences.compare("model", kind(was), kind(is));
    differences.compare("model.layers", layers(was.layers()), layers(is.layers()));
    differences.compare("model.panel", was.panel(), is.panel());
    differences.compare("model.loss", was.loss(), is.loss());
    if (was.optimizer() != null && is.optimizer() != null) {
      differences.optimizer(was.optimizer(), is.optimizer());
    }
    differences.compare("batch", was.batch(), is.batch());
    differences.compare("seed", was.seed(), is.seed());
    return differences.found;
  }

  private void compare(String what, Object was, Object is) {
    if (!Objects.equals(was, is)) {
      found.add("%s: was %s, is %s".formatted(what, was, is));
    }
  }

  private void features(List<FeatureSpec> was, List<FeatureSpec> is) {
    Map<String, FeatureSpec> before = byName(was);
    Map<String, FeatureSpec> after = byName(is);
    int known = found.size();
    before.forEach(
        (name, feature) -> {
          if (!after.containsKey(name)) {
            found.add("feature " + name + ": was " + feature(feature) + ", is no more");
          } else if (!feature.equals(after.get(name))) {
            compare("feature " + name, feature(feature), feature(after.get(name)));
          }
        });
    after.forEach(
        (name, feature) -> {
          if (!before.containsKey(name)) {
            found.add("feature " + name + ": was not there, is " + feature(feature));
          }
        });
    if (found.size() == known) {
      compare("the order of features", before.keySet(), after.keySet());
    }
  }

  private static Map<String, FeatureSpec> byName(List<FeatureSpec> features) {
    Map<String, FeatureSpec> byName = new LinkedHashMap<>();
    features.forEach(feature -> byName.put(feature.name(), feature));
    return byName;
  }

  private static String feature(FeatureSpec feature) {
    String kind =
        switch (feature.kind()) {
          case NUMERIC -> "numeric" + (feature.normalize() ? "" : ", not normalized");
          case VECTOR ->
              "vector of " + feature.size() + (feature.normalize() ? ", normalized" : "");
          case HASHED, TEXT, BAG, CROSS -> feature.kind() + ", " + feature.size() + " buckets";
          case GROWING -> "growing, up to " + feature.texts() + " texts";
          case ONE_HOT -> "one_hot of " + few(feature.categories());
          case DISCRETIZED -> "discretized, " + (feature.size() - 1) + " ranges";
        };
    return feature.more() == null ? kind : kind + ", " + feature.more();
  }

  private static String label(LabelSpec label) {
    return label.field()
        + (label.isClassification() ? " of " + few(label.classes()) : "")
        + (label.weight() == null ? "" : ", weight " + label.weight())
        + (label.delay() == 0 ? "" : ", delay " + label.delay())
        + (label.coverage() == 0 ? "" : ", intervals of coverage " + label.coverage());
  }

  private static String few(List<String> words) {
    return words.size() <= CLASSES_SHOWN
        ? words.toString()
        : words.subList(0, CLASSES_SHOWN) + " and " + (words.size() - CLASSES_SHOWN) + " more";
  }

  private static String kind(ModelSpec spec) {
    return spec.panel() == null ? "layers" : "auto";
  }

  /** The output layer is told unless it follows from the label. */
  private static String layers(List<LayerSpec> layers) {
    if (layers.isEmpty()) {
      return "none";
    }
    boolean stated = layers.getLast() instanceof LayerSpec.RecursiveLeastSquares;
    return layers.subList(0, layers.size() - (stated ? 0 : 1)).stream()
        .map(ModelDifferences::layer)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String layer(LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Dense dense -> dense.units() + " " + dense.activation();
      case LayerSpec.RecursiveLeastSquares squares ->
          "%s of ridge %s, forgetting %s, wind_up_limit %s, use_bias %s, backpropagate %s"
              .formatted(
                  squares.kind(),
                  squares.ridge(),
                  squares.forgetting(),
                  squares.windUpLimit(),
                  squares.useBias(),
                  squares.backpropagate());
      default -> layer.kind();
    };
  }

  private void optimizer(OptimizerSpec was, OptimizerSpec is) {
    compare("model.optimizer", was.name(), is.name());
    if (was.name().equals(is.name())) {
      compare("learning_rate", was.learningRate(), is.learningRate());
      was.settings()
          .forEach((setting, value) -> compare(setting, value, is.settings().get(setting)));
    }
  }
}
