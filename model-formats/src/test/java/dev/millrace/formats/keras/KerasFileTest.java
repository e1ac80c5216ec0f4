package dev.millrace.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Sequential;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import dev.millrace.formats.FormatException;
import dev.millrace.formats.Origin;
import dev.millrace.formats.Teaching;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Keras 3.15 wrote ({@code keras_fixtures.py}), hostile ones, and our own read back. */
class KerasFileTest {
  private static byte[] resource(String name) throws IOException {
    try (InputStream in = KerasFileTest.class.getResourceAsStream("/" + name)) {
      return in.readAllBytes();
    }
  }

  private static KerasModel read(byte[] file) throws IOException {
    return KerasFile.read(new ByteArrayInputStream(file));
  }

  /** The rows that the fixtures' predictions are of. */
  private static float[] rows(int count, int width) {
    float[] rows = new float[count * width];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) (i * 29 % 97 / 97.0 - 0.5);
    }
    return rows;
  }

  private static Map<String, byte[]> entries(byte[] file) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** A file with a part of its description replaced. */
  private static byte[] with(String file, String before, String after) throws IOException {
    Map<String, byte[]> entries = entries(resource(file));
    String config = new String(entries.get("config.json"), StandardCharsets.UTF_8);
    assertThat(config).contains(before);
    entries.put("config.json", config.replace(before, after).getBytes(StandardCharsets.UTF_8));
    return zip(entries);
  }

  @ParameterizedTest
  @CsvSource({"seed.keras, 1000", "graph.keras, 6"})
  void shouldSayWhatKerasSays(String name, int width) throws IOException {
    Sequential network = read(resource(name)).compile();
    JsonNode said = JsonMapper.builder().build().readTree(resource("keras_said.json")).get(name);
    float[] predictions = network.predict(rows(3, width), 3);
    int columns = said.get(0).size();
    for (int i = 0; i < predictions.length; i++) {
      assertThat((double) predictions[i])
          .isCloseTo(said.get(i / columns).get(i % columns).asDouble(), within(1e-5));
    }
  }

  @Test
  void shouldTakeTheExampleAsItWasCompiled() throws IOException {
    KerasModel model = read(resource("seed.keras"));
    assertThat(model.inputs()).isEqualTo(1000);
    assertThat(model.layers())
        .extracting(LayerSpec::kind, LayerSpec::name)
        .containsExactly(tuple("dense", "dense"), tuple("dense", "dense_1"));
    assertThat(model.optimizer()).contains(OptimizerSpec.of("adam"));
    assertThat(model.loss()).contains(LossSpec.CATEGORICAL_CROSSENTROPY);
    Sequential network = model.compile();
    float[] labels = new float[30];
    labels[3] = labels[10] = labels[25] = 1;
    double first = network.fit(rows(3, 1000), labels, 1, 3).epochs().getFirst().meanBatchLoss();
    double last = network.fit(rows(3, 1000), labels, 20, 3).epochs().getLast().meanBatchLoss();
    assertThat(last).isLessThan(first / 2);
  }

  @Test
  void shouldTakeSettingsOfLayersOptimizerAndLoss() throws IOException {
    KerasModel model = read(resource("graph.keras"));
    assertThat(model.optimizer())
        .contains(OptimizerSpec.of("sgd", Map.of("learning_rate", 0.05, "momentum", 0.9)));
    assertThat(model.loss())
        .contains(LossSpec.of("binary_crossentropy", Map.of("label_smoothing", 0.1)));
    assertThat(((LayerSpec.Dense) model.layers().getFirst()).l2()).isEqualTo(0.01);
  }

  @Test
  void shouldNameAllThatItCannotTakeInOneMessage() {
    assertThatThrownBy(() -> read(resource("unsupported.keras")))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("the shape [null,8,4]")
        .hasMessageContaining("layer 'lstm' is a LSTM")
        .hasMessageContaining("layer 'gaussian_noise' is a GaussianNoise")
        .hasMessageContaining("the optimizer is Adamax")
        .hasMessageContaining("the loss is kl_divergence");
  }

  @Test
  void shouldTakeNoCode() {
    assertThatThrownBy(
            () ->
                read(with("seed.keras", "\"class_name\": \"Dense\"", "\"class_name\": \"Lambda\"")))
        .hasMessageContaining("layer 'dense' is a Lambda");
    assertThatThrownBy(
            () ->
                read(
                    with(
                        "seed.keras",
                        "\"module\": \"keras.layers\", \"class_name\": \"Dense\"",
                        "\"module\": \"os.path\", \"class_name\": \"Dense\"")))
        .hasMessageContaining("is a os.path.Dense");
    assertThatThrownBy(
            () ->
                read(
                    with(
                        "seed.keras",
                        "\"activation\": \"relu\"",
                        "\"activation\": {\"class_name\": \"function\", \"config\": \"evil\"}")))
        .hasMessageContaining("has the activation {");
  }

  @Test
  void shouldRefuseArraysOfOtherShapes() {
    assertThatThrownBy(() -> read(with("seed.keras", "\"units\": 512", "\"units\": 511")))
        .hasMessageContaining(
            "layers/dense/vars/0 is of float [1000, 512]; expected float32 [1000, 511]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/cron.d/x", "/etc/x", "assets/x", "config.json/x"})
  void shouldRefuseOtherEntries(String name) throws IOException {
    Map<String, byte[]> entries = entries(resource("graph.keras"));
    entries.put(name, new byte[10]);
    assertThatThrownBy(() -> read(zip(entries)))
        .hasMessageContaining("it holds '%s'".formatted(name));
  }

  @Test
  void shouldRefuseABombAndAnythingThatIsNoSuchFile() throws IOException {
    Map<String, byte[]> entries = entries(resource("graph.keras"));
    entries.put("model.weights.h5", new byte[64 << 20]);
    byte[] bomb = zip(entries);
    assertThat(bomb.length).isLessThan(100_000);
    assertThatThrownBy(() -> read(bomb)).hasMessageContaining("inflates more than 200 times");
    entries.put("config.json", new byte[100]);
    entries.remove("model.weights.h5");
    assertThatThrownBy(() -> read(zip(entries))).hasMessageContaining("expected [metadata.json");
    assertThatThrownBy(() -> read(new byte[100])).isInstanceOf(FormatException.class);
  }

  @Test
  void shouldRefuseWeightsThatAreCutOrChanged() throws IOException {
    Map<String, byte[]> entries = entries(resource("graph.keras"));
    byte[] weights = entries.get("model.weights.h5");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 300; i++) {
      byte[] changed = weights.clone();
      for (int flips = 0; flips < 8; flips++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextBoolean() ? changed.length : random.nextInt(changed.length);
      entries.put("model.weights.h5", Arrays.copyOf(changed, length));
      try {
        read(zip(entries));
      } catch (FormatException expected) {
        assertThat(expected).hasMessageContaining(".keras file");
      }
    }
  }

  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.vector("v", 3, false), FeatureSpec.oneHot("color", List.of("red", "green")));

  private static Learner learner(LayerSpec... hidden) {
    LabelSpec label = new LabelSpec("y", List.of("a", "b", "c"));
    LossSpec loss = ModelSpec.defaultLoss(label);
    ModelSpec spec =
        new ModelSpec(
            FEATURES,
            label,
            ModelSpec.withOutput(List.of(hidden), label, loss),
            loss,
            OptimizerSpec.of("adam"),
            4,
            3);
    Learner learner = Teaching.newLearner(spec);
    Teaching.teach(learner, 0, 80, offset -> fill(learner, offset));
    return learner;
  }

  private static void fill(Learner learner, long offset) {
    for (int i = 0; i < 3; i++) {
      learner.event().vectors[i] = (offset * 7 + i) % 5;
    }
    learner.event().categories[0] = offset % 3;
    learner.event().labelled = true;
    learner.event().label = offset % 3;
  }

  @Test
  void shouldReadWhatItWrites() throws IOException {
    Learner learner =
        learner(
            LayerSpec.dense(4, Activation.RELU).at("first", List.of()),
            LayerSpec.batchNormalization(),
            LayerSpec.dropout(0.5),
            LayerSpec.dense(4, Activation.TANH),
            new LayerSpec.Add("sum", List.of("first", "dense_1")),
            LayerSpec.layerNormalization());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KerasFile.write(learner, Origin.of(learner, "colors"), out);
    KerasModel model = read(out.toByteArray());
    assertThat(model.inputs()).isEqualTo(3 + 4);
    assertThat(model.optimizer()).isEqualTo(Optional.empty());
    Sequential network = model.compile(OptimizerSpec.of("adam"), LossSpec.CATEGORICAL_CROSSENTROPY);
    learner.event().clear();
    fill(learner, 81);
    float[] row = {567 % 5, 568 % 5, 569 % 5, 1, 0, 0, 0}; // 81 % 3 is red
    assertThat(network.predict(row, 1))
        .containsExactly(Teaching.say(learner, 81).outputs, within(1e-6f));
  }

  @Test
  void shouldNameAllThatKerasFilesDoNotHold() {
    Learner learner =
        learner(
            new LayerSpec.Embedding("", List.of("color"), 2, Initializer.ONES, 0),
            LayerSpec.dense(2, Activation.RELU).at("wide", List.of("numbers")),
            new LayerSpec.Concatenate("", List.of("embedding_0", "wide")));
    assertThatThrownBy(
            () ->
                KerasFile.write(learner, Origin.of(learner, "x"), OutputStream.nullOutputStream()))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("layer 'embedding_0' is a embedding")
        .hasMessageContaining("layer 'wide' reads 'numbers'");
  }
}
