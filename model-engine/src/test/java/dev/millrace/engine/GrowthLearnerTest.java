package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.feature.GrowthSettings;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose vocabularies take texts late and forget them. */
class GrowthLearnerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int EVENTS = 700;

  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.growing("city", 12, new GrowthSettings(2, 60)),
          FeatureSpec.numeric("x"),
          FeatureSpec.growing("shop", 5, new GrowthSettings(1, 25)),
          FeatureSpec.growing("user", 9, new GrowthSettings(3, 0)));

  private static ModelSpec spec(String model, int batch, int delay) {
    ImbalanceSpec imbalance =
        new ImbalanceSpec(
            List.of(), false, new ImbalanceSpec.Undersampling(0.7, List.of("no"), true), null);
    LabelSpec label = new LabelSpec("n", List.of("no", "yes"), null, delay, 0, imbalance);
    LossSpec loss = LossSpec.BINARY_CROSSENTROPY;
    if (model.equals("panel")) {
      return new ModelSpec(FEATURES, label, loss, AutoPanel.of(FEATURES, 2, 3), batch, 3);
    }
    List<LayerSpec> hidden =
        switch (model) {
          case "embedding" ->
              List.of(
                  LayerSpec.embedding(4).at("e", List.of("categories")),
                  LayerSpec.dense(5, Activation.RELU));
          case "dense" -> List.of(LayerSpec.dense(5, Activation.RELU));
          case "machine" -> List.of(LayerSpec.factorizationMachine(3));
          default -> throw new IllegalArgumentException(model);
        };
    return new ModelSpec(
        FEATURES,
        label,
        ModelSpec.withOutput(hidden, label, loss),
        loss,
        OptimizerSpec.of("adam", Map.of("learning_rate", 0.02)),
        batch,
        3);
  }

  private static long key(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 0, bytes.length);
  }

  /** Texts come and go, as the offset alone decides. */
  private static void fill(EventRow event, long offset) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    long city = offset / 40 + random.nextInt(10);
    event.categories[0] = random.nextInt(12) == 0 ? EventRow.MISSING : key("city-" + city);
    event.numbers[0] = random.nextDouble();
    event.categories[1] = key("shop-" + offset / 30 % 7);
    event.categories[2] = key("user-" + random.nextInt(20));
    event.labelled = random.nextInt(6) != 0;
    event.label = Long.bitCount(city) % 2;
  }

  private static List<String> feed(Learner learner, long from, long to, boolean eager) {
    List<String> said = new ArrayList<>();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner.event(), offset),
        () -> eager,
        outcome -> said.add(outcome.offset + " v" + outcome.version + " " + outcome.outputs[1]));
    return said;
  }

  /** Commits at random, each of which may be followed by a crash of what came after it. */
  @ParameterizedTest
  @CsvSource({
    "embedding, 1, 0",
    "embedding, 7, 0",
    "dense, 4, 5",
    "machine, 3, 0",
    "machine, 5, 40",
    "panel, 1, 0",
    "panel, 4, 9",
    "panel, 1, 70"
  })
  void shouldGoOnFromWhatWasWrittenAtAnyEventBitForBit(String model, int batch, int delay) {
    ModelSpec spec = spec(model, batch, delay);
    Learner through = new Learner(spec, KERNELS);
    List<String> expected = feed(through, 0, EVENTS, false);
    for (long seed = 0; seed < 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Map<String, byte[]> store = new HashMap<>();
      List<String> said = new ArrayList<>();
      Learner learner = new Learner(spec, KERNELS);
      for (long at = 0; at < EVENTS; ) {
        long to = Math.min(EVENTS, at + 1 + random.nextInt(60));
        said.addAll(feed(learner, at, to, random.nextBoolean()));
        learner.writeChanged(store::put);
        at = to;
        if (random.nextInt(3) == 0) {
          feed(learner, at, at + random.nextInt(150), false); // lost
          learner = random.nextBoolean() ? learner : new Learner(spec, KERNELS);
          learner.read(store::get);
        }
      }
      assertThat(said).isEqualTo(expected);
      assertThat(learner.weightsDigest()).isEqualTo(through.weightsDigest());
      assertThat(learner.counters()).isEqualTo(through.counters());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedding", "panel"})
  void shouldGoOnFromAFileBitForBit(String model) throws IOException {
    Learner through = new Learner(spec(model, 2, 0), KERNELS);
    feed(through, 0, 333, false);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(through, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(loaded.spec()).isEqualTo(through.spec());
    assertThat(feed(loaded, 333, EVENTS, true)).isEqualTo(feed(through, 333, EVENTS, false));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
  }

  /** The row of a text that was forgotten is that of one which was never learned. */
  @ParameterizedTest
  @ValueSource(strings = {"adam", "adagrad", "schedule_free_adamw"})
  void shouldBeginAnewWithTheRowOfATextThatWasForgotten(String optimizer) {
    LabelSpec label = new LabelSpec("y", List.of("no", "yes"));
    ModelSpec spec =
        new ModelSpec(
            List.of(FeatureSpec.growing("t", 2, new GrowthSettings(1, 10))),
            label,
            ModelSpec.withOutput(
                List.of(LayerSpec.embedding(3)), label, LossSpec.BINARY_CROSSENTROPY),
            LossSpec.BINARY_CROSSENTROPY,
            OptimizerSpec.of(optimizer, Map.of()),
            1,
            1);
    Learner learner = new Learner(spec, KERNELS);
    learn(learner, 0, "other");
    Map<String, byte[]> before = rowsOfTheSecondText(learner);
    for (int offset = 1; offset < 5; offset++) {
      learn(learner, offset, "old");
    }
    assertThat(rowsOfTheSecondText(learner).get("b/embedding_0/embeddings/0"))
        .isNotEqualTo(before.get("b/embedding_0/embeddings/0"));
    for (int offset = 5; offset < 17; offset++) {
      learn(learner, offset, "other");
    }
    Map<String, byte[]> after = rowsOfTheSecondText(learner);
    before.forEach((key, row) -> assertThat(after.get(key)).as(key).isEqualTo(row));
    learn(learner, 17, "new");
    assertThat(rowsOfTheSecondText(learner).get("feat/t.keys/0"))
        .as("the first free row is the new text's")
        .isNotEqualTo(before.get("feat/t.keys/0"));
  }

  private static void learn(Learner learner, long offset, String text) {
    learner.event().clear();
    learner.event().categories[0] = key(text);
    learner.event().labelled = true;
    learner.event().label = offset % 2;
    learner.add(offset);
    learner.predict(outcome -> {});
    learner.step();
  }

  /** By block of the table, of its slots and of the keys: the bytes of row 1. */
  private static Map<String, byte[]> rowsOfTheSecondText(Learner learner) {
    Map<String, byte[]> rows = new HashMap<>();
    learner.writeModel(
        (key, bytes) -> {
          boolean isTable =
              key.matches("b/.*embeddings(\\.[a-z_]+)?/0") && !key.contains("touched");
          if (isTable) {
            rows.put(key, Arrays.copyOfRange(bytes, 3 * Float.BYTES, 6 * Float.BYTES));
          } else if (key.equals("feat/t.keys/0")) {
            rows.put(key, Arrays.copyOfRange(bytes, Long.BYTES, 2 * Long.BYTES));
          }
        });
    assertThat(rows).hasSizeGreaterThan(2);
    return rows;
  }

  @Test
  void shouldTeachTheRowOfTheUnknownUntilATextHasComeOftenEnough() {
    Learner learner = new Learner(spec("embedding", 1, 0), KERNELS);
    feed(learner, 0, EVENTS, false);
    assertThat(learner.featureCounts().figures().get("unseen_categories")).isGreaterThan(100);
    Map<String, byte[]> blocks = new HashMap<>();
    learner.writeAll(blocks::put);
    assertThat(blocks)
        .containsKeys(
            "feat/city.keys.newcomers/0",
            "feat/city.keys.last/0",
            "feat/city.keys.last.clock/0",
            "feat/user.keys.newcomers/0")
        .doesNotContainKeys("feat/shop.keys.newcomers/0", "feat/user.keys.last/0");
  }

  @Test
  void shouldRefuseToForgetWhatIsSolvedExactly() {
    LabelSpec label = new LabelSpec("y", List.of());
    assertThatThrownBy(
            () ->
                new ModelSpec(
                    FEATURES,
                    label,
                    List.of(LayerSpec.recursiveLeastSquares()),
                    LossSpec.MEAN_SQUARED_ERROR,
                    OptimizerSpec.of("sgd", Map.of()),
                    1,
                    1))
        .hasMessageContaining("feature 'city' forgets texts")
        .hasMessageContaining("expected no expire_after");
  }
}
