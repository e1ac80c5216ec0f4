package dev.millrace.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LayersTest {
  private static final LayerSpec TWO = LayerSpec.dense(2, Activation.LINEAR).at("two", List.of());
  private static final LayerSpec THREE =
      LayerSpec.dense(3, Activation.LINEAR).at("three", List.of());

  /** Builds layers over four numbers and the fields user and word, and gives the tensors. */
  private static List<String> tensors(LayerSpec... layers) {
    SequencedMap<String, Integer> fields = new LinkedHashMap<>();
    fields.put("user", 5);
    fields.put("word", 7);
    ParameterLayout layout = new ParameterLayout();
    Layers.build(
        List.of(layers),
        new Inputs(4, fields, 2),
        2,
        layout,
        KernelChoice.select(KernelChoice.Mode.PLAIN).kernels(),
        new Workspace(Workers.ONE));
    return layout.tensors().stream().map(LayersTest::describe).toList();
  }

  private static String describe(Tensor tensor) {
    return "%s %dx%d".formatted(tensor.name(), tensor.rows(), tensor.columns());
  }

  private static void refuses(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  private static void refuses(String message, LayerSpec... layers) {
    refuses(message, () -> tensors(layers));
  }

  @Test
  void tensorsHaveNamesAndShapesThatDocumentationCanTell() {
    assertThat(tensors(LayerSpec.layerNormalization().at("", List.of("numbers"))))
        .containsExactly("layer_normalization_0/gamma 1x4", "layer_normalization_0/beta 1x4");
    assertThat(tensors(LayerSpec.batchNormalization().at("b", List.of("numbers"))))
        .containsExactly("b/gamma 1x4", "b/beta 1x4", "b/moving_mean 1x4", "b/moving_variance 1x4");
    assertThat(tensors(LayerSpec.embedding(3).at("e", List.of("categories"))))
        .containsExactly("e/embeddings 12x3");
    assertThat(tensors(LayerSpec.embeddingBag(3, Combiner.SUM).at("e", List.of("word"))))
        .containsExactly("e/embeddings 7x3");
    assertThat(tensors(LayerSpec.cross().at("c", List.of("numbers"))))
        .containsExactly("c/kernel 4x4", "c/bias 1x4");
    assertThat(tensors(new LayerSpec.Cross("c", List.of("numbers"), 2, true, Initializer.ZEROS, 0)))
        .containsExactly("c/projection/kernel 4x2", "c/kernel 2x4", "c/bias 1x4");
    assertThat(
            tensors(
                new LayerSpec.FactorizationMachine(
                    "f", List.of("features"), 3, true, Initializer.ZEROS, 0)))
        .containsExactly(
            "f/factors/kernel 4x3",
            "f/factors/categories 12x3",
            "f/linear/kernel 4x1",
            "f/linear/categories 12x1",
            "f/linear/bias 1x1");
  }

  @Test
  void onlyWhatIsLearnedCountsAsAParameter() {
    List<LayerSpec> layers = List.of(LayerSpec.batchNormalization(), LayerSpec.dropout(0.5));
    assertThat(Layers.parameterCount(layers, 6, new LinkedHashMap<>())).isEqualTo(12);
    assertThat(Layers.stateBytes(layers, 6, new LinkedHashMap<>(), 0)).isEqualTo(4 * (12 + 12));
    assertThat(Layers.stateBytes(layers, 6, new LinkedHashMap<>(), 2)).isEqualTo(4 * (36 + 12));
  }

  @Test
  void inputsThatCannotBeReadAreRefusedWithTheNameOfTheLayer() {
    for (String kind : List.of("add", "average", "multiply", "maximum")) {
      refuses(
          "layer '%s_0' joins inputs of one width, widths=[2, 3]".formatted(kind),
          TWO,
          THREE,
          join(kind, "two", "three"));
      refuses("layer '%s_0' joins at least two inputs".formatted(kind), TWO, join(kind, "two"));
    }
    String needsNumbers =
        "layer '%s' reads numbers or another layer; categories need a dense layer or an embedding";
    for (LayerSpec layer :
        List.of(
            LayerSpec.dropout(0.5),
            LayerSpec.layerNormalization(),
            LayerSpec.batchNormalization(),
            LayerSpec.cross())) {
      refuses(needsNumbers.formatted("l"), layer.at("l", List.of("features")));
      refuses(needsNumbers.formatted("l"), layer.at("l", List.of("user")));
    }
    String needsCategories =
        "layer '%s' reads categories: one_hot, hashed or growing features by name, or 'categories'";
    refuses(needsCategories.formatted("e"), LayerSpec.embedding(2).at("e", List.of("numbers")));
    refuses(
        needsCategories.formatted("e"),
        LayerSpec.embeddingBag(2, Combiner.MEAN).at("e", List.of("features")));
    refuses(
        "layer 'e' reads a field once, field=user",
        LayerSpec.embedding(2).at("e", List.of("user", "categories")));
    refuses(
        "layer 'f' reads a field once, field=word",
        LayerSpec.factorizationMachine(2).at("f", List.of("features", "word")));
    refuses(
        "layer 'f' reads numbers by one input; a concatenate layer joins several",
        TWO,
        LayerSpec.factorizationMachine(2).at("f", List.of("two", "numbers", "word")));
    refuses(
        "layer 'c' joins inputs of one width, widths=[2, 3]",
        TWO,
        THREE,
        LayerSpec.cross().at("c", List.of("two", "three")));
    refuses(
        "layer 'c' reads x0 and x, or one input as both, inputs=3",
        TWO,
        LayerSpec.cross().at("c", List.of("two", "two", "two")));
    refuses(
        "layer 'd' has one input, inputs=2",
        TWO,
        LayerSpec.dropout(0.5).at("d", List.of("two", "two")));
    refuses(
        "layer 'd' reads 'nobody', which is neither a layer before it nor an input; "
            + "inputs=[features, numbers, categories, user, word], layers=[two]",
        TWO,
        LayerSpec.dropout(0.5).at("d", List.of("nobody")));
  }

  private static LayerSpec join(String kind, String... inputs) {
    return switch (kind) {
      case "add" -> new LayerSpec.Add("", List.of(inputs));
      case "average" -> new LayerSpec.Average("", List.of(inputs));
      case "multiply" -> new LayerSpec.Multiply("", List.of(inputs));
      default -> new LayerSpec.Maximum("", List.of(inputs));
    };
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    refuses("rate must be at least 0 and less than 1, rate=1.0", () -> LayerSpec.dropout(1));
    refuses("rate must be at least 0 and less than 1, rate=NaN", () -> LayerSpec.dropout(0. / 0));
    refuses(
        "epsilon must be from 1e-30 to 1, epsilon=0.0",
        () -> new LayerSpec.LayerNormalization("", List.of(), 0, true, true));
    refuses(
        "momentum must be at least 0 and less than 1, momentum=1.0",
        () -> new LayerSpec.BatchNormalization("", List.of(), 1, 1e-3, true, true));
    refuses(
        "projection_dim must be at least 0, value=-1",
        () -> new LayerSpec.Cross("", List.of(), -1, true, Initializer.ZEROS, 0));
    refuses("factors must be at least 1, factors=0", () -> LayerSpec.factorizationMachine(0));
    refuses(
        "output_dim must be at least 1, value=0", () -> LayerSpec.embeddingBag(0, Combiner.SUM));
    refuses(
        "l2 must be from 0 to 1e6, value=-1.0",
        () -> new LayerSpec.Cross("", List.of(), 0, true, Initializer.ZEROS, -1));
    refuses(
        "forgetting must be above 0 and at most 1, forgetting=0.0",
        () -> new LayerSpec.RecursiveLeastSquares("", List.of(), 1, true, 1, 0, 1e6, true));
  }

  @Test
  void everyKindIsJsonAndComesBackAsItWas() throws IOException {
    JsonMapper json = new JsonMapper();
    List<LayerSpec> all =
        List.of(
            LayerSpec.dense(2, Activation.RELU),
            LayerSpec.activation(Activation.GELU),
            LayerSpec.embedding(3),
            new LayerSpec.Concatenate("", List.of()),
            new LayerSpec.Add("", List.of()),
            new LayerSpec.Average("", List.of()),
            new LayerSpec.Multiply("", List.of()),
            new LayerSpec.Maximum("", List.of()),
            LayerSpec.dropout(0.5),
            LayerSpec.layerNormalization(),
            LayerSpec.batchNormalization(),
            LayerSpec.embeddingBag(3, Combiner.SQRTN),
            LayerSpec.cross(),
            LayerSpec.factorizationMachine(4),
            LayerSpec.recursiveLeastSquares());
    assertThat(all.stream().map(LayerSpec::kind)).containsExactlyInAnyOrderElementsOf(kinds());
    for (LayerSpec layer : all) {
      LayerSpec named = layer.at("name", List.of("a", "b"));
      String text = json.writeValueAsString(named);
      assertThat(text).contains("\"layer\":\"" + layer.kind() + "\"");
      assertThat(json.readValue(text, LayerSpec.class)).isEqualTo(named);
    }
  }

  private static List<String> kinds() {
    return Arrays.stream(LayerSpec.class.getAnnotation(JsonSubTypes.class).value())
        .map(JsonSubTypes.Type::name)
        .toList();
  }

  @Test
  void thePageOnLayersTellsTheDefaultsOfLeastSquares() throws IOException {
    LayerSpec.RecursiveLeastSquares squares = LayerSpec.recursiveLeastSquares();
    String page = Files.readString(Path.of("..", "docs", "layers.md"));
    assertThat(page.substring(page.indexOf("## `" + squares.kind() + "`")))
        .contains("| `units` | %d |".formatted(squares.units()))
        .contains("| `ridge` | %.0f |".formatted(squares.ridge()))
        .contains("| `forgetting` | %.0f |".formatted(squares.forgetting()))
        .contains("| `wind_up_limit` | %.0f |".formatted(squares.windUpLimit()))
        .contains("| `use_bias` | %s |".formatted(squares.useBias()))
        .contains("| `backpropagate` | %s |".formatted(squares.backpropagate()));
  }

  @Test
  void thePageOnLayersHasEveryKindAndNoOther() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "layers.md"));
    List<String> headings =
        Pattern.compile("^## `(\\w+)`$", Pattern.MULTILINE)
            .matcher(page)
            .results()
            .map(heading -> heading.group(1))
            .toList();
    assertThat(headings).containsExactlyElementsOf(kinds());
  }
}
