package dev.millrace.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerSpecTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adam|epsilon|1e-50|epsilon must be from 1e-30 to 1e6, value=1.0E-50",
        "rmsprop|epsilon|1e-30|epsilon must be from 1e-20 to 1e6, value=1.0E-30",
        "sgd|learning_rate|1e7|learning_rate must be greater than 0 and at most 1e6, value=1.0E7",
        "sgd|rate|1|sgd has the settings [clipnorm, clipvalue, global_clipnorm, momentum, nesterov,"
            + " weight_decay], setting=rate",
        "ftrl|learning_rate|1e-13|ftrl needs a learning_rate of at least 1e-12,"
            + " learning_rate=1.0E-13",
        "ftrl|learning_rate_power|0.5|learning_rate_power must be from -1 to 0, value=0.5",
        "lion|clipnorm|-1|clipnorm must be from 1e-18 to 1e18, or 0 for none, value=-1.0",
        "adagrad|momentum|0|adagrad has the settings [clipnorm, clipvalue, epsilon,"
            + " global_clipnorm, initial_accumulator_value, weight_decay], setting=momentum",
        "schedule_free_sgd|warmup_steps|1.5|warmup_steps must be a whole number from 0 to 1e12",
        "rprop|learning_rate|1|optimizer must be one of [sgd, adam, adamw, adagrad, rmsprop, nadam,"
            + " ftrl, lion, normalized_sgd, normalized_adagrad, schedule_free_sgd,"
            + " schedule_free_adamw], name=rprop"
      })
  void refusesASettingThatIsNoneOrOutOfRange(
      String name, String setting, double value, String message) {
    assertThatThrownBy(() -> OptimizerSpec.of(name, Map.of(setting, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesSettingsThatDoNotGoTogether() {
    assertThatThrownBy(() -> OptimizerSpec.of("sgd", Map.of("clipnorm", 1.0, "clipvalue", 1.0)))
        .hasMessage(
            "only one of clipvalue, clipnorm and global_clipnorm can be set,"
                + " set=[clipvalue, clipnorm]");
    assertThatThrownBy(
            () -> OptimizerSpec.of("adamw", Map.of("learning_rate", 4.0, "weight_decay", 0.5)))
        .hasMessageContaining("learning_rate times weight_decay must be at most 1");
    LearningRate decaying =
        LearningRate.of(
            "inverse_time_decay",
            Map.of("initial_learning_rate", 0.1, "decay_steps", 10.0, "decay_rate", 1.0));
    assertThatThrownBy(() -> OptimizerSpec.of("schedule_free_sgd", decaying, Map.of()))
        .hasMessage(
            "schedule_free_sgd needs a learning_rate that is a number,"
                + " schedule=inverse_time_decay");
  }

  @Test
  void readsWhatItWroteAndWhatEarlierVersionsWrote() throws Exception {
    for (String key : EveryOptimizer.keys()) {
      OptimizerSpec spec = EveryOptimizer.spec(key);
      String json = JSON.writeValueAsString(spec);
      assertThat(JSON.readValue(json, OptimizerSpec.class)).isEqualTo(spec);
    }
    String first =
        "{\"name\":\"adam\",\"settings\":{\"beta_1\":0.9,\"beta_2\":0.999,\"epsilon\":1.0E-7,"
            + "\"learning_rate\":0.005}}";
    assertThat(JSON.readValue(first, OptimizerSpec.class))
        .isEqualTo(OptimizerSpec.of("adam", Map.of("learning_rate", 0.005)));
  }

  @Test
  void writesANumberAsANumberAndAScheduleAsAnObject() throws Exception {
    assertThat(JSON.writeValueAsString(OptimizerSpec.of("lion")))
        .isEqualTo(
            "{\"name\":\"lion\",\"settings\":{\"beta_1\":0.9,\"beta_2\":0.99,\"clipnorm\":0.0,"
                + "\"clipvalue\":0.0,\"global_clipnorm\":0.0,\"learning_rate\":0.001,"
                + "\"weight_decay\":0.0}}");
    LearningRate pieces = LearningRate.piecewise(List.of(10.0), List.of(0.1, 0.01));
    String json = JSON.writeValueAsString(OptimizerSpec.of("sgd", pieces, Map.of()));
    assertThat(json)
        .contains(
            "\"learning_rate\":{\"piecewise_constant_decay\":"
                + "{\"boundaries\":[10.0],\"values\":[0.1,0.01]}}");
    assertThat(JSON.readValue(json, OptimizerSpec.class).learningRate()).isEqualTo(pieces);
  }
}
