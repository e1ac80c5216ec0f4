package dev.millrace.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.formats.FormatException;
import dev.millrace.formats.Teaching;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The network of the example as Keras wrote it, as the model of a pipeline. */
class KerasWarmStartTest {
  private static final LabelSpec DIGITS =
      new LabelSpec("y", IntStream.range(0, 10).mapToObj(Integer::toString).toList());

  private static KerasModel keras() throws IOException {
    try (InputStream in = KerasWarmStartTest.class.getResourceAsStream("/seed.keras")) {
      return KerasFile.read(in);
    }
  }

  private static ModelSpec spec(int inputs, int units, LabelSpec label) {
    LossSpec loss = ModelSpec.defaultLoss(label);
    return new ModelSpec(
        List.of(FeatureSpec.vector("x", inputs, false)),
        label,
        ModelSpec.withOutput(List.of(LayerSpec.dense(units, Activation.RELU)), label, loss),
        loss,
        OptimizerSpec.of("adam"),
        4,
        0);
  }

  private static void fill(Learner learner, long offset) {
    learner.event().clear();
    for (int i = 0; i < 1000; i++) {
      learner.event().vectors[i] = (i * 7 + offset) % 11 / 11f;
    }
    learner.event().labelled = true;
    learner.event().label = offset % 10;
  }

  @Test
  void shouldSayWhatTheNetworkSaysThenLearnOn() throws IOException {
    Learner learner = keras().toLearner(spec(1000, 512, DIGITS), Teaching.KERNELS);
    fill(learner, 0);
    float[] row = learner.event().vectors.clone();
    assertThat(Teaching.say(learner, 0).outputs)
        .containsExactly(keras().compile().predict(row, 1), within(1e-7f));
    String digest = learner.weightsDigest();
    Teaching.teach(learner, 1, 9, offset -> fill(learner, offset));
    assertThat(learner.version()).isEqualTo(2);
    assertThat(learner.weightsDigest()).isNotEqualTo(digest);
  }

  @Test
  void shouldNameEveryDifference() throws IOException {
    KerasModel keras = keras();
    assertThatThrownBy(() -> keras.toLearner(spec(999, 512, DIGITS), Teaching.KERNELS))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("the file's network reads 1000 numbers, the pipeline's 999");
    assertThatThrownBy(() -> keras.toLearner(spec(1000, 511, DIGITS), Teaching.KERNELS))
        .hasMessageContaining("the file has Dense[name=layer 1, inputs=[features], units=512")
        .hasMessageContaining("the pipeline Dense[name=layer 1, inputs=[features], units=511");
    LabelSpec number = new LabelSpec("y", List.of());
    assertThatThrownBy(() -> keras.toLearner(spec(1000, 512, number), Teaching.KERNELS))
        .hasMessageContaining("a pipeline scales the numbers it learns to predict");
  }
}
