package dev.millrace.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelCardTest {
  private static final List<FeatureSpec> FEATURES =
      List.of(FeatureSpec.numeric("x"), FeatureSpec.oneHot("a|b <i>", List.of("u", "v")));
  private static final LabelSpec LABEL = new LabelSpec("y", List.of("no", "yes"));

  private static Learner taught(ModelSpec spec) {
    Learner learner = Teaching.newLearner(spec);
    Teaching.teach(
        learner,
        0,
        64,
        offset -> {
          learner.event().numbers[0] = offset % 5;
          learner.event().categories[0] = offset % 2;
          learner.event().labelled = true;
          learner.event().label = offset % 2;
        });
    return learner;
  }

  private static String card(Learner learner, Origin origin) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModelCard.write(learner, origin, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldTellWhatTheModelIsAndHowGoodItWas() throws IOException {
    Learner learner =
        taught(
            new ModelSpec(
                FEATURES,
                LABEL,
                List.of(
                    LayerSpec.dense(3, Activation.RELU), LayerSpec.dense(1, Activation.SIGMOID)),
                LossSpec.BINARY_CROSSENTROPY,
                OptimizerSpec.of("adam"),
                4,
                0));
    Origin origin =
        new Origin(
            "cards-0",
            16,
            learner.spec().hash(),
            learner.weightsDigest(),
            Optional.of(new Origin.Log("events", 0, 40, 63, 10L)));
    double accuracy = learner.figures().get("accuracy");
    assertThat(card(learner, origin))
        .startsWith("# cards-0, version 16\n")
        .contains("| dense_0 | dense 3 relu | features |")
        .contains("`y`, one of: no, yes.")
        .contains("| x | x | numeric | 1 | 1.96875 |")
        .contains("| a\\|b &lt;i> | a\\|b &lt;i> | one_hot | 4 |  |  |")
        .contains(String.format(Locale.ROOT, "| accuracy | %.6g |", accuracy))
        .contains("| baseline: no_change |")
        .contains("| events predicted | 64 |")
        .contains("| topic_partition | events-0 |")
        .contains("| parent_version | 10 |")
        .contains("It has seen few events: 64.");
  }

  @Test
  void shouldTellTheExpertsOfAPanel() throws IOException {
    Learner learner =
        taught(
            new ModelSpec(
                FEATURES, LABEL, LossSpec.BINARY_CROSSENTROPY, AutoPanel.of(FEATURES, 2, 0), 1, 0));
    assertThat(card(learner, Origin.of(learner, "file")))
        .contains("| expert | weight | mean loss |")
        .contains("| linear_slow |")
        .contains("| mixture | 1.00000 |");
  }
}
