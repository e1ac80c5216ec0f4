package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.optim.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void shouldShipTheJsonSchemaOfTheOptionsThatThereAre() throws Exception {
    Path written = Path.of("target", "pipeline.schema.json");
    Files.createDirectories(written.getParent());
    Files.writeString(written, JsonSchema.text());
    Path committed = Path.of("..", "docs", "pipeline.schema.json");
    assertThat(committed)
        .as("the options have changed: cp topology/%s docs/", written)
        .exists()
        .hasContent(JsonSchema.text());
  }

  @Test
  void shouldAcceptTheSameSettingsAsTheOptimizers() {
    for (String optimizer : OptimizerSpec.names()) {
      for (Setting setting : OptimizerSpec.settings(optimizer)) {
        for (double value : new double[] {-1, -0.5, 0, 0.5, 1, 1e9}) {
          if (setting.isFlag() && value != 0 && value != 1) {
            continue;
          }
          boolean whole = setting.defaultText().matches("[0-9]+") && value == Math.rint(value);
          Object stated = setting.isFlag() ? value == 1 : whole ? (Object) (long) value : value;
          agrees(optimizer, setting.name(), value, stated);
        }
      }
      agrees(optimizer, "learning_rate", 0.25, 0.25);
      agrees(optimizer, "learning_rate", 0, 0);
    }
  }

  private static void agrees(String optimizer, String setting, double value, Object stated) {
    String text =
        "input: {topic: t}\nlabel: {field: y}\nmodel: {optimizer: {%s: {%s: %s}}}\n"
            .formatted(optimizer, setting, stated);
    if (accepted(optimizer, setting, value)) {
      assertThat(PipelineParser.parse(text, "p").model().optimizer())
          .contains(OptimizerSpec.of(optimizer, Map.of(setting, value)));
    } else {
      assertThatThrownBy(() -> PipelineParser.parse(text, "p"))
          .isInstanceOf(PipelineException.class);
    }
  }

  private static boolean accepted(String optimizer, String setting, double value) {
    try {
      OptimizerSpec.of(optimizer, Map.of(setting, value));
      return true;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  @Test
  void shouldCountASwapOfNeighboursAsOneMistake() {
    assertThat(Words.distance("adma", "adam")).isEqualTo(1);
    assertThat(Words.distance("", "abc")).isEqualTo(3);
    assertThat(Words.distance("relu", "relu")).isZero();
    assertThat(Words.nearest("xyzzy", List.of("relu", "tanh"))).isEmpty();
    assertThat(Words.nearest("Sigmiod", List.of("relu", "sigmoid"))).contains("sigmoid");
  }
}
