package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The overview docs/models.md names what there is, and nothing else. */
class ModelsPageTest {
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  @Test
  void namesEveryLayerActivationAndOptimizer() throws IOException {
    assertThat(named("layers"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(LayerSpec.class.getAnnotation(JsonSubTypes.class).value())
                .map(JsonSubTypes.Type::name)
                .toList());
    assertThat(named("activations"))
        .containsExactlyElementsOf(
            Arrays.stream(Activation.values()).map(Activation::kerasName).toList());
    assertThat(named("optimisers")).containsExactlyElementsOf(OptimizerSpec.names());
  }

  private static List<String> named(String part) throws IOException {
    String row =
        Files.readAllLines(Path.of("..", "docs", "models.md")).stream()
            .filter(line -> line.startsWith("| " + part + " |"))
            .findFirst()
            .orElseThrow();
    return NAME.matcher(row).results().map((MatchResult name) -> name.group(1)).toList();
  }
}
