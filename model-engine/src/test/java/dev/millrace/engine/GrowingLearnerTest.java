package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose vocabularies grow, behind the face. */
class GrowingLearnerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int CITIES = 60;

  private static ModelSpec spec(int texts, int batch) {
    LabelSpec label = new LabelSpec("n", List.of("no", "yes"));
    return new ModelSpec(
        List.of(
            FeatureSpec.growing("city", texts),
            FeatureSpec.numeric("x"),
            FeatureSpec.growing("shop", 5)),
        label,
        ModelSpec.withOutput(
            List.of(
                LayerSpec.embedding(4).at("e", List.of("categories")),
                LayerSpec.dense(5, Activation.RELU)),
            label,
            LossSpec.BINARY_CROSSENTROPY),
        LossSpec.BINARY_CROSSENTROPY,
        OptimizerSpec.of("adam", Map.of("learning_rate", 0.01)),
        batch,
        42);
  }

  private static long key(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 0, bytes.length);
  }

  /** Fills the event as the offset alone decides. */
  private static void fill(EventRow event, long offset) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    int city = random.nextInt(CITIES);
    event.categories[0] = random.nextInt(12) == 0 ? EventRow.MISSING : key("city-" + city);
    event.numbers[0] = random.nextDouble();
    event.categories[1] = random.nextInt(3) == 0 ? EventRow.MISSING : key("" + offset / 100);
    event.labelled = random.nextInt(5) != 0;
    event.label = Integer.bitCount(city) % 2;
    event.weight = random.nextInt(4) / 2.0;
  }

  private static List<String> feed(Learner learner, long from, long to, boolean eager) {
    List<String> said = new ArrayList<>();
    Outcome.Consumer consumer =
        outcome -> {
          assertThat(outcome.outputs[1]).isFinite();
          said.add(outcome.offset + " v" + outcome.version + " " + outcome.outputs[1]);
        };
    Feed.feed(learner, from, to, offset -> fill(learner.event(), offset), () -> eager, consumer);
    return said;
  }

  @ParameterizedTest
  @CsvSource({"100, 1", "100, 16", "20, 7"})
  void shouldGoOnFromAFileBitForBit(int texts, int batch) throws IOException {
    Learner through = new Learner(spec(texts, batch), KERNELS);
    Learner saved = new Learner(spec(texts, batch), KERNELS);
    feed(through, 0, 333, false);
    feed(saved, 0, 333, true);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(saved, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(feed(loaded, 333, 900, true)).isEqualTo(feed(through, 333, 900, false));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
  }

  @Test
  void shouldTakeAStateWhateverItHadLearnedBefore() {
    Learner source = new Learner(spec(30, 4), KERNELS);
    feed(source, 0, 20, false);
    Map<String, byte[]> blocks = new HashMap<>();
    source.writeAll(blocks::put);
    Learner used = new Learner(spec(30, 4), KERNELS);
    feed(used, 1000, 1700, false);
    used.read(blocks::get);
    assertThat(used.weightsDigest()).isEqualTo(source.weightsDigest());
    assertThat(feed(used, 20, 300, false)).isEqualTo(feed(source, 20, 300, false));
    assertThat(used.weightsDigest()).isEqualTo(source.weightsDigest());
  }

  /** What is learned is the row of a category that was stated in the same order. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void shouldLearnWhatAVocabularyInTheOrderOfFirstLearningWould(int batch) {
    List<String> words = List.of("b", "a", "d", "c");
    ModelSpec growing = ofOneField(FeatureSpec.growing("t", words.size()), batch);
    ModelSpec stated = ofOneField(FeatureSpec.oneHot("t", words), batch);
    Learner grows = new Learner(growing, KERNELS);
    Learner knows = new Learner(stated, KERNELS);
    SplittableRandom random = new SplittableRandom(batch);
    List<Float> said = new ArrayList<>();
    List<Float> expected = new ArrayList<>();
    for (int offset = 0; offset < 400; offset++) {
      int newest = Math.min(words.size(), offset / 10);
      int word = offset % 10 == 0 ? newest : random.nextInt(newest + 1);
      String text = word < words.size() ? words.get(word) : "z" + random.nextInt(5);
      add(grows, offset, key(text), word % 2, said);
      add(knows, offset, word, word % 2, expected);
    }
    assertThat(said).isEqualTo(expected);
  }

  private static ModelSpec ofOneField(FeatureSpec feature, int batch) {
    LabelSpec label = new LabelSpec("y", List.of("no", "yes"));
    return new ModelSpec(
        List.of(feature),
        label,
        ModelSpec.withOutput(List.of(LayerSpec.embedding(3)), label, LossSpec.BINARY_CROSSENTROPY),
        LossSpec.BINARY_CROSSENTROPY,
        OptimizerSpec.of("sgd", Map.of("learning_rate", 0.3)),
        batch,
        1);
  }

  private static void add(Learner learner, long offset, long category, int label, List<Float> to) {
    learner.event().categories[0] = category;
    learner.event().labelled = true;
    learner.event().label = label;
    learner.add(offset);
    if (learner.mustPredict()) {
      learner.predict(outcome -> to.add(outcome.outputs[1]));
    }
    if (learner.batchIsFull()) {
      learner.step();
    }
  }

  @Test
  void shouldNotGrowByEventsThatAreNotLearned() {
    Learner learner = new Learner(spec(100, 1), KERNELS);
    feed(learner, 0, 10, false);
    byte[] before = keys(learner);
    learner.event().clear();
    learner.event().categories[0] = key("unlabelled");
    learner.add(10);
    learner.predict(outcome -> {});
    learner.event().categories[0] = key("refused");
    learner.event().labelled = true;
    learner.event().weight = -1;
    assertThatThrownBy(() -> learner.add(11)).hasMessageContaining("weight=-1.0");
    assertThat(keys(learner)).isEqualTo(before);
    learner.event().weight = 1;
    learner.add(12);
    assertThat(keys(learner)).isNotEqualTo(before);
  }

  private static byte[] keys(Learner learner) {
    Map<String, byte[]> blocks = new HashMap<>();
    learner.writeModel(blocks::put);
    return blocks.get("feat/city.keys/0");
  }

  @Test
  void shouldWriteOnlyTheBlocksOfKeysAndTablesThatAStepTouched() {
    Learner learner = new Learner(spec(1 << 20, 1), KERNELS);
    assertThat(changed(learner)).noneMatch(key -> key.matches("feat/city\\.keys/.*|b/e/.*s/.*"));
    feed(learner, 0, 50, false);
    assertThat(changed(learner))
        .filteredOn(key -> key.matches("feat/.*keys/.*"))
        .containsExactly("feat/city.keys/0", "feat/shop.keys/0");
    feed(learner, 50, 400, false);
    assertThat(changed(learner)).contains("feat/city.keys/0", "b/e/embeddings/0");
    feed(learner, 400, 450, false);
    assertThat(changed(learner))
        .as("every city is known")
        .doesNotContain("feat/city.keys/0")
        .contains("b/e/embeddings/0");
  }

  private static Set<String> changed(Learner learner) {
    Set<String> keys = new TreeSet<>();
    learner.writeChanged((key, value) -> keys.add(key));
    return keys;
  }

  @Test
  void shouldLearnToTellTextsApartThatItWasNeverToldOf() {
    Learner learner = new Learner(spec(CITIES, 4), KERNELS);
    feed(learner, 0, 8000, false);
    assertThat(learner.metrics().figures().get("accuracy_window")).isGreaterThan(0.85);
  }

  /** A file that this format's first growing model wrote must be read forever. */
  @Test
  void shouldReadTheModelFileOfAGrowingModel() throws IOException {
    try (var golden = getClass().getResourceAsStream("model-format-4-growing.bin")) {
      Learner learner = ModelFile.load(golden, KERNELS);
      assertThat(learner.weightsDigest()).isEqualTo(GOLDEN_DIGEST);
      assertThat(learner.version()).isEqualTo(11);
      assertThat(learner.spec()).isEqualTo(spec(30, 7));
      byte[] before = keys(learner);
      feed(learner, 101, 200, false);
      assertThat(keys(learner)).as("30 cities are known").isEqualTo(before);
      assertThat(learner.version()).isGreaterThan(11);
    }
  }

  private static final String GOLDEN_DIGEST =
      "b966fd351822d1e3765e2b1f9069bd5c54c213418812bb01744d56b9c433dede";
}
