package dev.millrace.topology.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.ExpansionSpec;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.panel.ExpertSpec;
import dev.millrace.engine.panel.PanelSpec;
import dev.millrace.engine.params.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelDifferencesTest {
  private static final List<FeatureSpec> FEATURES =
      List.of(FeatureSpec.numeric("a"), FeatureSpec.numeric("b"));
  private static final LabelSpec LABEL = new LabelSpec("y", List.of("no", "yes"));
  private static final LossSpec LOSS = LossSpec.BINARY_CROSSENTROPY;

  private static ModelSpec panel(PanelSpec panel) {
    return new ModelSpec(FEATURES, LABEL, LOSS, panel, 1, 7);
  }

  private static PanelSpec small(ExpertSpec... experts) {
    return new PanelSpec(List.of(experts), new ExpansionSpec(16, 64, 200, 150, 1 << 10, 7));
  }

  private static ExpertSpec expert(String name, String reads, Initializer initializer, double r) {
    LayerSpec output =
        new LayerSpec.Dense("", List.of(reads), 1, Activation.SIGMOID, true, initializer, 0, 0);
    return new ExpertSpec(
        name,
        List.of(output),
        LOSS,
        OptimizerSpec.of("normalized_adagrad", Map.of("learning_rate", r, "weight_decay", 0.01)));
  }

  private static ExpertSpec expert(String name) {
    return expert(name, "features", Initializer.ZEROS, 0.3);
  }

  @Test
  void shouldTellAPanelFromLayersInOneLine() {
    PanelSpec auto = AutoPanel.of(FEATURES, 2, 7);
    List<LayerSpec> hidden = List.of(LayerSpec.dense(64, Activation.RELU));
    ModelSpec layers =
        new ModelSpec(
            FEATURES,
            LABEL,
            ModelSpec.withOutput(hidden, LABEL, LOSS),
            LOSS,
            OptimizerSpec.of("adam"),
            1,
            7);
    String panel = "auto (a panel of " + auto.experts().size() + " experts)";
    assertThat(ModelDifferences.between(panel(auto), layers))
        .containsExactly("model: was " + panel + ", is layers [64 relu]");
    assertThat(ModelDifferences.between(layers, panel(auto)))
        .containsExactly("model: was layers [64 relu], is " + panel);
  }

  @Test
  void shouldTellInWhatTwoPanelsDifferInWords() {
    PanelSpec was = small(expert("one"), expert("two"), expert("three"));
    PanelSpec is =
        new PanelSpec(
            List.of(
                expert("one"),
                expert("two", "features+@basis", Initializer.ZEROS, 1),
                expert("four")),
            new ExpansionSpec(32, 64, 200, 150, 1 << 10, 7));
    String base = "layers [] of features, binary_crossentropy{label_smoothing=0.0}, ";
    assertThat(ModelDifferences.between(panel(was), panel(is)))
        .containsExactly(
            "model: auto: expert two: was "
                + base
                + "normalized_adagrad at 0.3 with {weight_decay=0.01}, is "
                + base.replace("of features", "of features+@basis")
                + "normalized_adagrad at 1.0 with {weight_decay=0.01}",
            "model: auto: expert three: was "
                + base
                + "normalized_adagrad at 0.3 with {weight_decay=0.01}, is not there",
            "model: auto: expert four: was not there, is "
                + base
                + "normalized_adagrad at 0.3 with {weight_decay=0.01}",
            "model: auto: expansion: was 16 knots and 64 values of 200 numbers, 150 pairs in 1,024"
                + " buckets, is 32 knots and 64 values of 200 numbers, 150 pairs in 1,024 buckets");
  }

  @Test
  void shouldTellOrderAndWhatItHasNoWordsFor() {
    PanelSpec was = small(expert("one"), expert("two"));
    assertThat(ModelDifferences.between(panel(was), panel(small(expert("two"), expert("one")))))
        .containsExactly("model: auto: the order of experts: was [one, two], is [two, one]");
    ExpertSpec random = expert("two", "features", Initializer.HE_NORMAL, 0.3);
    assertThat(ModelDifferences.between(panel(was), panel(small(expert("one"), random))))
        .containsExactly("model: auto: expert two: other settings of its layers");
  }

  @Test
  void shouldTellThatFeaturesStandInAnotherOrder() {
    PanelSpec panel = AutoPanel.of(FEATURES, 2, 7);
    ModelSpec other = new ModelSpec(FEATURES.reversed(), LABEL, LOSS, panel, 1, 7);
    assertThat(ModelDifferences.between(panel(panel), other))
        .containsExactly("the order of features: was [a, b], is [b, a]");
  }

  @Test
  void shouldTellOnlyTheSeedWhereThePanelFollowsFromIt() {
    ModelSpec was = panel(AutoPanel.of(FEATURES, 2, 7));
    ModelSpec is = new ModelSpec(FEATURES, LABEL, LOSS, AutoPanel.of(FEATURES, 2, 8), 1, 8);
    assertThat(ModelDifferences.between(was, is)).containsExactly("seed: was 7, is 8");
  }

  @Test
  void shouldGoOnWithTheSamePanelAndRefuseAnother() {
    ModelSpec was = panel(AutoPanel.of(FEATURES, 2, 7));
    ModelSpec same = ModelSpec.fromJson(was.toJson());
    assertThat(SpecChange.of("p", was, same).after(1_000)).isEmpty();
    List<ExpertSpec> fewer = new ArrayList<>(was.panel().experts());
    ExpertSpec last = fewer.removeLast();
    ModelSpec other = panel(new PanelSpec(fewer, was.panel().expansion()));
    assertThatThrownBy(() -> SpecChange.of("p", was, other))
        .isInstanceOf(StateMismatchException.class)
        .hasMessageContaining("model: auto: expert " + last.name() + ": was layers [")
        .hasMessageContaining(", is not there. Put the file back");
  }
}
