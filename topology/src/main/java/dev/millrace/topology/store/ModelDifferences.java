package dev.millrace.topology.store;

import dev.millrace.engine.feature.ExpansionSpec;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.ExpertSpec;
import dev.millrace.engine.panel.PanelSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** In what two models differ, in the words of the pipeline file. */
public final class ModelDifferences {
  private static final int CLASSES_SHOWN = 10;

  private final List<String> found = new ArrayList<>();

  private ModelDifferences() {}

  /** Each difference; none if the specs are the same. */
  public static List<String> between(ModelSpec was, ModelSpec is) {
    ModelDifferences differences = new ModelDifferences();
    differences.features(was.features(), is.features());
    differences.compare("label", label(was.label()), label(is.label()));
    differences.model(was, is);
    differences.compare("model.loss", was.loss(), is.loss());
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
      compare("the order of features", order(before), order(after));
    }
  }

  /** A set would be the same in any order. */
  private static List<String> order(Map<String, ?> byName) {
    return List.copyOf(byName.keySet());
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
        + (label.coverage() == 0 ? "" : ", intervals of coverage " + label.coverage())
        + imbalance(label);
  }

  private static String imbalance(LabelSpec label) {
    ImbalanceSpec imbalance = label.imbalanceOrNone();
    StringBuilder words = new StringBuilder();
    if (imbalance.balanced()) {
      words.append(", class_weight balanced");
    } else if (!imbalance.classWeight().isEmpty()) {
      words.append(", class_weight ").append(weights(label.classes(), imbalance.classWeight()));
    }
    ImbalanceSpec.Undersampling sampling = imbalance.undersampling();
    if (sampling != null) {
      words.append(", undersampling of %s at rate ".formatted(few(sampling.classes())));
      words.append(sampling.rate()).append(sampling.correction() ? "" : " without correction");
    }
    ImbalanceSpec.Threshold threshold = imbalance.threshold();
    if (threshold != null) {
      words.append(", threshold ");
      words.append(threshold.value() == null ? "for " + threshold.metric() : threshold.value());
    }
    return words.toString();
  }

  private static String weights(List<String> classes, List<Double> weights) {
    return few(
        IntStream.range(0, classes.size())
            .filter(k -> weights.get(k) != 1)
            .mapToObj(k -> classes.get(k) + " " + weights.get(k))
            .toList());
  }

  private static String few(List<String> words) {
    return words.size() <= CLASSES_SHOWN
        ? words.toString()
        : words.subList(0, CLASSES_SHOWN) + " and " + (words.size() - CLASSES_SHOWN) + " more";
  }

  private void model(ModelSpec was, ModelSpec is) {
    if (was.panel() != null && is.panel() != null) {
      panel(was.panel(), is.panel());
    } else if (was.panel() == null && is.panel() == null) {
      compare("model.layers", layers(was.layers()), layers(is.layers()));
      optimizer(was.optimizer(), is.optimizer());
    } else {
      compare("model", model(was), model(is));
    }
  }

  private static String model(ModelSpec spec) {
    return spec.panel() == null
        ? "layers " + layers(spec.layers())
        : "auto (a panel of " + spec.panel().experts().size() + " experts)";
  }

  /** A panel follows from the features, the label and the seed, and from this program. */
  private void panel(PanelSpec was, PanelSpec is) {
    Map<String, ExpertSpec> before = byExpert(was);
    Map<String, ExpertSpec> after = byExpert(is);
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(after.keySet());
    int known = found.size();
    for (String name : names) {
      expert("model: auto: expert " + name, before.get(name), after.get(name));
    }
    if (found.size() == known) {
      compare("model: auto: the order of experts", order(before), order(after));
    }
    compare("model: auto: expansion", expansion(was.expansion()), expansion(is.expansion()));
  }

  private static Map<String, ExpertSpec> byExpert(PanelSpec panel) {
    Map<String, ExpertSpec> byName = new LinkedHashMap<>();
    panel.experts().forEach(expert -> byName.put(expert.name(), expert));
    return byName;
  }

  private void expert(String what, ExpertSpec was, ExpertSpec is) {
    if (Objects.equals(was, is)) {
      return;
    }
    int known = found.size();
    compare(what, expert(was), expert(is));
    if (found.size() == known) {
      found.add(what + ": other settings of its layers");
    }
  }

  private static String expert(ExpertSpec expert) {
    if (expert == null) {
      return "not there";
    }
    OptimizerSpec optimizer = expert.optimizer();
    Map<String, Double> settings = new TreeMap<>(optimizer.settings());
    settings.entrySet().removeAll(OptimizerSpec.of(optimizer.name()).settings().entrySet());
    return "layers %s of %s, %s, %s at %s%s"
        .formatted(
            layers(expert.layers()),
            String.join(", ", expert.layers().getFirst().inputs()),
            expert.loss(),
            optimizer.name(),
            optimizer.learningRate(),
            settings.isEmpty() ? "" : " with " + settings);
  }

  private static String expansion(ExpansionSpec expansion) {
    return "%,d knots and %,d values of %,d numbers, %,d pairs in %,d buckets"
        .formatted(
            expansion.knots(),
            expansion.values(),
            expansion.numbers(),
            expansion.pairs(),
            expansion.buckets());
  }

  /** The output layer is told unless it follows from the label. */
  private static String layers(List<LayerSpec> layers) {
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
