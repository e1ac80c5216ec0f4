package dev.millrace.engine.panel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.layer.LayerSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the experts of {@code model: auto} read. */
class AutoPanelTest {
  private static final FeatureSpec WORDS = FeatureSpec.text("message", 64, TokenSettings.WORDS);
  private static final FeatureSpec CHARACTERS =
      FeatureSpec.text(
          "message.chars", 64, new TokenSettings(0, 1, 4, TokenSettings.Weight.BINARY, false));

  private static Map<String, String> reads(List<FeatureSpec> features, int classes) {
    return AutoPanel.of(features, classes, 1).experts().stream()
        .collect(
            Collectors.toMap(
                ExpertSpec::name,
                expert -> ((LayerSpec.Dense) expert.layers().getFirst()).inputs().getFirst()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5})
  void onlySlowLinearExpertsReadTheCharactersOfATextWhoseWordsThereAre(int classes) {
    reads(List.of(FeatureSpec.numeric("n"), WORDS, CHARACTERS), classes)
        .forEach(
            (expert, reads) -> {
              boolean readsCharacters = List.of("crosses", "crosses_slow").contains(expert);
              assertThat(List.of(reads.split("\\+")))
                  .as(expert)
                  .contains("numbers", "message")
                  .matches(names -> names.contains("message.chars") == readsCharacters);
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5})
  void allReadTheCharactersWhereThereIsNothingElse(int classes) {
    assertThat(reads(List.of(CHARACTERS), classes).values()).containsOnly("features");
  }
}
