package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.random.CounterRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with layers that drop, keep state or join, behind the face. */
class LayeredLearnerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  /** What a learner said of one event. */
  private record Said(long offset, long version, List<Float> outputs) {}

  /** Each layer of numbers alone, behind a dense one, and all of them. */
  static List<List<LayerSpec>> hiddenLayers() {
    LayerSpec dense = LayerSpec.dense(6, Activation.RELU).at("dense", List.of());
    List<LayerSpec> layers =
        List.of(
            LayerSpec.dropout(0.3),
            LayerSpec.layerNormalization(),
            LayerSpec.batchNormalization(),
            LayerSpec.cross(),
            new LayerSpec.Cross("", List.of(), 2, true, Initializer.GLOROT_UNIFORM, 0.01),
            LayerSpec.factorizationMachine(3),
            new LayerSpec.Multiply("", List.of("dense", "dense")),
            new LayerSpec.Average("", List.of("dense", "dense")),
            new LayerSpec.Maximum("", List.of("dense", "dense")));
    List<List<LayerSpec>> all = new ArrayList<>();
    layers.forEach(layer -> all.add(List.of(dense, layer)));
    List<LayerSpec> together = new ArrayList<>(List.of(LayerSpec.batchNormalization(), dense));
    together.addAll(
        List.of(
            LayerSpec.batchNormalization(),
            LayerSpec.dropout(0.2),
            LayerSpec.cross(),
            LayerSpec.layerNormalization(),
            LayerSpec.dropout(0.1)));
    all.add(together);
    return all;
  }

  private static ModelSpec spec(List<LayerSpec> hidden, int batch) {
    LabelSpec label = new LabelSpec("y", List.of("no", "yes"));
    return new ModelSpec(
        List.of(FeatureSpec.numeric("a"), FeatureSpec.numeric("b"), FeatureSpec.numeric("c")),
        label,
        ModelSpec.withOutput(hidden, label, LossSpec.BINARY_CROSSENTROPY),
        LossSpec.BINARY_CROSSENTROPY,
        OptimizerSpec.of("adam", Map.of("learning_rate", 0.01)),
        batch,
        42);
  }

  private static void fill(EventRow event, long offset) {
    for (int i = 0; i < 3; i++) {
      event.numbers[i] = CounterRandom.uniform(9, i, offset) * (i + 1);
    }
    event.labelled = offset % 4 != 0;
    event.label = event.numbers[0] > event.numbers[1] ? 1 : 0;
  }

  /** Feeds events; asks for predictions after every event or only when it must. */
  private static List<Said> feed(Learner learner, long from, long to, boolean eager) {
    List<Said> said = new ArrayList<>();
    Outcome.Consumer consumer =
        outcome ->
            said.add(
                new Said(
                    outcome.offset,
                    outcome.version,
                    List.of(outcome.outputs[0], outcome.outputs[1])));
    Feed.feed(learner, from, to, offset -> fill(learner.event(), offset), () -> eager, consumer);
    return said;
  }

  @ParameterizedTest
  @MethodSource("hiddenLayers")
  void shouldGoOnFromAFileBitForBit(List<LayerSpec> hidden) throws IOException {
    Learner through = new Learner(spec(hidden, 16), KERNELS);
    Learner saved = new Learner(spec(hidden, 16), KERNELS);
    feed(through, 0, 333, false);
    feed(saved, 0, 333, false);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(saved, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(feed(loaded, 333, 900, false)).isEqualTo(feed(through, 333, 900, false));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void shouldSayTheSameWhereverPredictionsAreAskedFor(int batch) {
    for (List<LayerSpec> hidden : hiddenLayers()) {
      Learner seldom = new Learner(spec(hidden, batch), KERNELS);
      Learner often = new Learner(spec(hidden, batch), KERNELS);
      assertThat(feed(often, 0, 300, true)).isEqualTo(feed(seldom, 0, 300, false));
      assertThat(often.weightsDigest()).isEqualTo(seldom.weightsDigest());
    }
  }

  @Test
  void shouldKeepMovingMomentsInItsStateButNoSlotsOfThem() {
    Learner learner = new Learner(spec(List.of(LayerSpec.batchNormalization()), 4), KERNELS);
    Map<String, byte[]> before = new HashMap<>();
    learner.writeModel(before::put);
    feed(learner, 0, 40, false);
    Map<String, byte[]> after = new HashMap<>();
    learner.writeModel(after::put);
    Set<String> moments = new TreeSet<>(after.keySet());
    moments.removeIf(key -> !key.contains("moving"));
    assertThat(moments)
        .containsExactly(
            "b/batch_normalization_0/moving_mean/0", "b/batch_normalization_0/moving_variance/0");
    moments.forEach(key -> assertThat(after.get(key)).isNotEqualTo(before.get(key)));
  }

  @Test
  void shouldLearnThroughAllOfThem() {
    Learner learner = new Learner(spec(hiddenLayers().getLast(), 8), KERNELS);
    feed(learner, 0, 8000, false);
    assertThat(learner.metrics().figures().get("accuracy_window")).isGreaterThan(0.9);
  }
}
