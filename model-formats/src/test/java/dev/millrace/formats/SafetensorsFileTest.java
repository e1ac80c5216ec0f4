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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SafetensorsFileTest {
  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("x"),
          FeatureSpec.oneHot("color", List.of("red", "green")),
          FeatureSpec.growing("name", 5));
  private static final LabelSpec LABEL = new LabelSpec("y", List.of("no", "yes"));

  private final Learner learner =
      taught(
          new ModelSpec(
              FEATURES,
              LABEL,
              List.of(
                  LayerSpec.dense(3, Activation.RELU),
                  LayerSpec.batchNormalization(),
                  LayerSpec.dense(1, Activation.SIGMOID)),
              LossSpec.BINARY_CROSSENTROPY,
              OptimizerSpec.of("adam"),
              4,
              7));

  private static Learner taught(ModelSpec spec) {
    Learner learner = Teaching.newLearner(spec);
    Teaching.teach(
        learner,
        0,
        100,
        offset -> {
          learner.event().numbers[0] = offset % 7;
          learner.event().categories[0] = offset % 3;
          learner.event().categories[1] = 1000 + offset % 4;
          learner.event().labelled = true;
          learner.event().label = offset % 2;
        });
    return learner;
  }

  private static SafetensorsReader written(Learner learner, Origin origin) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsFile.write(learner, origin, out);
    return new SafetensorsReader(out.toByteArray());
  }

  @Test
  void shouldHoldEveryArrayThatPredictionsDependOn() throws IOException {
    SafetensorsReader file = written(learner, Origin.of(learner, "colors"));
    assertThat(file.arrays.keySet())
        .contains(
            "dense_0/kernel",
            "dense_0/categories",
            "dense_0/bias",
            "dense_0/kernel.m",
            "batch_normalization_0/moving_mean",
            "feat/mean",
            "feat/name.keys")
        .noneMatch(name -> name.contains("touched"));
    assertThat(file.arrays.get("dense_0/kernel").shape()).containsExactly(1, 3);
    assertThat(file.arrays.get("dense_0/bias").shape()).containsExactly(3);
    assertThat(file.arrays.get("dense_0/bias.m").shape()).containsExactly(3);
    assertThat(file.arrays.get("dense_0/categories").shape()).containsExactly(4 + 7, 3);
    Tensors tensors = Tensors.of(learner);
    for (String name : List.of("dense_0/kernel", "dense_1/bias", "dense_0/categories.v")) {
      float[] values = tensors.floats(name);
      for (int i = 0; i < values.length; i++) {
        assertThat(file.arrays.get(name).data().getFloat(4 * i)).isEqualTo(values[i]);
      }
    }
    assertThat(file.arrays.get("feat/mean").dtype()).isEqualTo("F64");
    assertThat(file.arrays.get("feat/mean").data().getDouble(0))
        .isEqualTo(tensors.doubles("feat/mean")[0]);
    assertThat(file.arrays.get("feat/name.keys").data().getLong(8)).isEqualTo(1001);
  }

  @Test
  void shouldTellWhereTheModelComesFrom() throws IOException {
    Origin origin =
        new Origin(
            "colors-0",
            25,
            learner.spec().hash(),
            learner.weightsDigest(),
            Optional.of(new Origin.Log("events", 2, 50, 99, 12L)));
    assertThat(written(learner, origin).metadata)
        .containsEntry("model", "colors-0")
        .containsEntry("version", "25")
        .containsEntry("topic_partition", "events-2")
        .containsEntry("first_offset", "50")
        .containsEntry("last_offset", "99")
        .containsEntry("parent_version", "12")
        .containsEntry("config_hash", learner.spec().hash())
        .containsEntry("weights_digest", learner.weightsDigest())
        .containsEntry("spec", learner.spec().toJson());
  }

  @Test
  void shouldHoldEveryExpertOfAPanel() throws IOException {
    Learner panel =
        taught(
            new ModelSpec(
                FEATURES, LABEL, LossSpec.BINARY_CROSSENTROPY, AutoPanel.of(FEATURES, 2, 7), 1, 7));
    SafetensorsReader file = written(panel, Origin.of(panel, "colors"));
    assertThat(file.arrays.keySet()).contains("expert0/dense_0/bias", "expert9/dense_0/bias");
    assertThat(file.metadata).doesNotContainKey("topic_partition");
  }
}
