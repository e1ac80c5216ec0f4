package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.linalg.LeastSquaresSpec;
import dev.millrace.engine.linalg.LinearAlgebra;
import dev.millrace.engine.linalg.Matrix;
import dev.millrace.engine.linalg.RecursiveLeastSquares;
import dev.millrace.engine.linalg.Solution;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.History;
import dev.millrace.engine.network.Sequential;
import dev.millrace.engine.optim.OptimizerSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine's snippets of {@code docs/library.md} and {@code docs/linear-algebra.md}: they
 * compile, run, and are what these quote.
 */
class DocSnippetsTest {
  private static final Pattern SNIPPET =
      Pattern.compile(" *// snippet\\n(.*?) *// end of snippet\\n", Pattern.DOTALL);

  // snippet
  /** Learns the exclusive or of two inputs and gives its probability for each row. */
  static float[] exclusiveOr() {
    float[] x = {0, 0, 0, 1, 1, 0, 1, 1}; // [4 rows][2 inputs]
    float[] labels = {0, 1, 1, 0};
    Sequential model =
        Sequential.input(2)
            .dense(8, Activation.TANH)
            .dense(1, Activation.SIGMOID)
            .seed(7)
            .compile(
                OptimizerSpec.of("adam", Map.of("learning_rate", 0.05)),
                LossSpec.BINARY_CROSSENTROPY);
    History history = model.fit(x, labels, 300, 4); // epochs, rows a step
    assert history.epochs().getLast().accuracy() == 1;
    return model.predict(x, 4);
  }

  // end of snippet

  // snippet
  /** A model of two fields that tells small from large, learning one event at a time. */
  static Learner smallOrLarge(Outcome.Consumer consumer) {
    LabelSpec label = new LabelSpec("size", List.of("small", "large"));
    LossSpec loss = ModelSpec.defaultLoss(label);
    ModelSpec spec =
        new ModelSpec(
            List.of(FeatureSpec.numeric("width"), FeatureSpec.oneHot("unit", List.of("mm", "cm"))),
            label,
            ModelSpec.withOutput(List.of(LayerSpec.dense(16, Activation.RELU)), label, loss),
            loss,
            OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1)),
            1, // rows a step
            0); // seed
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    Learner learner = new Learner(spec, kernels);
    for (long offset = 0; offset < 1_000; offset++) {
      EventRow event = learner.event(); // the same object every time
      event.clear();
      event.numbers[0] = offset % 100; // slots in the order of the features of a kind
      event.categories[0] = 0; // "mm"
      event.labelled = true;
      event.label = offset % 100 < 50 ? 0 : 1; // index of the class
      learner.add(offset);
      if (learner.mustPredict()) {
        learner.predict(consumer);
      }
      if (learner.batchIsFull()) {
        learner.step();
      }
    }
    return learner;
  }

  // end of snippet

  // snippet
  /** Saves a model and loads it again: it goes on as if it had never stopped. */
  static Learner throughAFile(Learner learner, Path file) throws IOException {
    learner.predict(outcome -> {}); // no event may wait for its prediction
    try (OutputStream out = Files.newOutputStream(file)) {
      ModelFile.save(learner, out);
    }
    try (InputStream in = Files.newInputStream(file)) {
      return ModelFile.load(in, KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    }
  }

  // end of snippet

  // snippet
  /** The intercept and slope of a line through points, by ridge regression in one batch. */
  static double[] line(double[] t, double[] y, double ridge) {
    LinearAlgebra algebra = LinearAlgebra.fastest();
    Matrix x = Matrix.zeros(t.length, 2);
    for (int i = 0; i < t.length; i++) {
      x.set(i, 0, 1);
      x.set(i, 1, t[i]);
    }
    Matrix square = algebra.multiplyTransposed(x, x).plus(Matrix.diagonal(2, ridge));
    Matrix right = algebra.multiplyTransposed(x, Matrix.column(y));
    Solution solution = algebra.cholesky(square).solve(right); // or an exception that says why
    assert solution.rcond() > 1e-8; // so about eight digits can be trusted, at least
    return solution.x().toArray();
  }

  // end of snippet

  // snippet
  /** The same line a point at a time: each is predicted, then learned. Gives the mean error. */
  static double lineAsItComes(float[] t, float[] y, RecursiveLeastSquares regression) {
    float[] predicted = new float[1];
    double errors = 0;
    for (int i = 0; i < t.length; i++) {
      regression.predict(t, i, predicted, 0); // one input, at t[i]
      errors += Math.abs(y[i] - predicted[0]);
      regression.update(t, i, y, i, 1);
    }
    return errors / t.length;
  }

  static RecursiveLeastSquares oneInputOneOutput() {
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    LeastSquaresSpec spec = LeastSquaresSpec.of(1, 1, 1e-3); // inputs, outputs, ridge; an intercept
    return new RecursiveLeastSquares(spec.withForgetting(1), kernels.matrices());
  }

  // end of snippet

  @Test
  void shouldLearnTheExclusiveOr() {
    float[] probabilities = exclusiveOr();
    assertThat(probabilities[0]).isLessThan(0.5f);
    assertThat(probabilities[1]).isGreaterThan(0.5f);
    assertThat(probabilities[2]).isGreaterThan(0.5f);
    assertThat(probabilities[3]).isLessThan(0.5f);
  }

  @Test
  void shouldLearnOneEventAtATimeAndGoOnFromAFile(@TempDir Path dir) throws IOException {
    Learner learner = smallOrLarge(outcome -> {});
    assertThat(learner.version()).isEqualTo(1_000);
    assertThat(learner.metrics().figures().get("accuracy")).isGreaterThan(0.8);
    Learner again = throughAFile(learner, dir.resolve("model"));
    assertThat(again.weightsDigest()).isEqualTo(learner.weightsDigest());
    assertThat(again.version()).isEqualTo(1_000);
  }

  @Test
  void shouldFitTheSameLineAtOnceAndAsItComes() {
    double[] y = {1, 3, 5, 7, 9.5};
    double[] line = line(new double[] {0, 1, 2, 3, 4}, y, 1e-3);
    RecursiveLeastSquares regression = oneInputOneOutput();
    double error =
        lineAsItComes(new float[] {0, 1, 2, 3, 4}, new float[] {1, 3, 5, 7, 9.5f}, regression);
    assertThat(error).isBetween(0.5, 1.5);
    Matrix weights = regression.weights(); // the slope, then the intercept
    assertThat(weights.get(0, 0)).isCloseTo(line[1], within(1e-12));
    assertThat(weights.get(1, 0)).isCloseTo(line[0], within(1e-12));
  }

  @Test
  void shouldBeQuotedAsTheyAre() throws IOException {
    Path docs = Path.of("..", "docs");
    String page =
        Files.readString(docs.resolve("library.md"))
            + Files.readString(docs.resolve("linear-algebra.md"));
    String source =
        Files.readString(
            Path.of("src", "test", "java", "dev", "millrace", "engine", "DocSnippetsTest.java"));
    Matcher snippets = SNIPPET.matcher(source);
    int count = 0;
    while (snippets.find()) {
      assertThat(page).contains(snippets.group(1).stripTrailing().stripIndent());
      count++;
    }
    assertThat(count).isEqualTo(5);
  }
}
