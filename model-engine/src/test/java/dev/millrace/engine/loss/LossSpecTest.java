package dev.millrace.engine.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.layer.Activation;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LossSpecTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Test
  void shouldResolveWhatIsNotStatedToKerasDefaults() {
    assertThat(LossSpec.of("huber").settings()).containsExactly(Map.entry("delta", 1.0));
    assertThat(LossSpec.of("binary_focal_crossentropy", Map.of("gamma", 3.0)).settings())
        .containsExactly(
            Map.entry("alpha", 0.25),
            Map.entry("apply_class_balancing", 0.0),
            Map.entry("gamma", 3.0),
            Map.entry("label_smoothing", 0.0));
    assertThat(LossSpec.HINGE.settings()).isEmpty();
  }

  @Test
  void shouldSurviveJsonAndReadABareName() throws Exception {
    for (String name : LossSpec.names()) {
      LossSpec loss = LossSpec.of(name);
      assertThat(JSON.readValue(JSON.writeValueAsString(loss), LossSpec.class)).isEqualTo(loss);
      assertThat(JSON.readValue('"' + name + '"', LossSpec.class)).isEqualTo(loss);
    }
    LossSpec huber = LossSpec.of("huber", Map.of("delta", 2.5));
    assertThat(JSON.writeValueAsString(huber))
        .isEqualTo("{\"name\":\"huber\",\"settings\":{\"delta\":2.5}}");
    assertThat(JSON.readValue(JSON.writeValueAsString(huber), LossSpec.class)).isEqualTo(huber);
  }

  @Test
  void shouldRefuseWhatNoLossHas() {
    assertThatThrownBy(() -> LossSpec.of("hubert"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("loss must be one of [categorical_crossentropy, ")
        .hasMessageEndingWith("], name=hubert");
    assertThatThrownBy(() -> LossSpec.of("huber", Map.of("gamma", 1.0)))
        .hasMessage("huber has the settings [delta], setting=gamma");
    assertThatThrownBy(() -> LossSpec.of("huber", Map.of("delta", 0.0)))
        .hasMessage("delta must be from 1e-30 to 1e6, value=0.0");
    assertThatThrownBy(() -> LossSpec.of("quantile", Map.of("quantile", 1.0)))
        .hasMessage("quantile must be greater than 0 and less than 1, value=1.0");
    assertThatThrownBy(
            () -> LossSpec.of("binary_crossentropy", Map.of("label_smoothing", Double.NaN)))
        .hasMessage("label_smoothing must be from 0 to 1, value=NaN");
  }

  @Test
  void shouldAllowTheOutputLayersThatItSaysAndNoOther() {
    for (String name : LossSpec.names()) {
      LossSpec loss = LossSpec.of(name);
      for (Activation activation : Activation.values()) {
        if (loss.kind().activations().contains(activation)) {
          assertThat(LossFunction.of(loss, activation, 3).targetsPerRow())
              .isEqualTo(name.startsWith("sparse") ? 1 : 3);
        } else {
          assertThatThrownBy(() -> LossFunction.of(loss, activation, 3))
              .hasMessageStartingWith(name + " needs an output layer with activation ")
              .hasMessageEndingWith(", activation=" + activation);
        }
      }
    }
    assertThatThrownBy(() -> LossFunction.of(LossSpec.HINGE, Activation.RELU, 1))
        .hasMessage("hinge needs an output layer with activation linear or tanh, activation=relu");
  }

  @Test
  void shouldNameTheLossesThatGoWithALabel() {
    assertThat(LossSpec.namesFor(0))
        .containsExactly(
            "mean_squared_error",
            "mean_absolute_error",
            "huber",
            "log_cosh",
            "quantile",
            "poisson");
    assertThat(LossSpec.namesFor(3))
        .containsExactly(
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "categorical_focal_crossentropy");
    assertThat(LossSpec.namesFor(2)).hasSize(7).contains("hinge", "binary_crossentropy");
  }
}
