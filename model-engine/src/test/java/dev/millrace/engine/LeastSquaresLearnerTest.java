package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.linalg.LinearAlgebra;
import dev.millrace.engine.linalg.Matrix;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recursive least squares behind the face: events in, the figures of batch ridge regression out.
 */
class LeastSquaresLearnerTest {
  private static final Kernels PLAIN = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();
  private static final Kernels VECTOR = KernelChoice.select(KernelChoice.Mode.VECTOR).kernels();
  private static final int COLUMNS = 7; // a, b; x, y, unknown and missing of c; the intercept
  private static final double RIDGE = 0.25;

  private static LayerSpec.RecursiveLeastSquares squares(double forgetting) {
    return new LayerSpec.RecursiveLeastSquares(
        "rls", List.of(), 1, true, RIDGE, forgetting, 1e9, true);
  }

  private static ModelSpec spec(int batch, LayerSpec... layers) {
    LabelSpec label = new LabelSpec("y", List.of(), "w");
    FeatureSpec a = FeatureSpec.numeric("a");
    return new ModelSpec(
        List.of(
            new FeatureSpec("a", a.kind(), List.of(), 1, false),
            new FeatureSpec("b", a.kind(), List.of(), 1, false),
            FeatureSpec.oneHot("c", List.of("x", "y"))),
        label,
        ModelSpec.withOutput(List.of(layers), label, LossSpec.MEAN_SQUARED_ERROR),
        LossSpec.MEAN_SQUARED_ERROR,
        OptimizerSpec.of("sgd", Map.of("learning_rate", 0.05)),
        batch,
        3);
  }

  /** A noisy plane far from 0; every fifth event has no label. */
  private static void fill(EventRow event, long offset, boolean weighted) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    event.numbers[0] = random.nextDouble(-2, 2);
    event.numbers[1] = random.nextDouble(0, 3);
    event.categories[0] = random.nextInt(4);
    event.labelled = offset % 5 != 4;
    event.label =
        2000
            + 3 * event.numbers[0]
            - 2 * event.numbers[1]
            + event.categories[0]
            + random.nextGaussian() * 0.1;
    event.weight = weighted ? random.nextInt(5) / 2.0 : 1;
  }

  /** Feeds events from an offset on and gives the value predicted for each. */
  private static List<Double> feed(Learner learner, long from, long to, boolean weighted) {
    List<Double> said = new ArrayList<>();
    Outcome.Consumer consumer = outcome -> said.add(outcome.predictedValue);
    LongConsumer fill = offset -> fill(learner.event(), offset, weighted);
    assertThat(Feed.feed(learner, from, to, fill, () -> false, consumer))
        .allMatch(Learner.Step::made);
    return said;
  }

  private static Map<String, byte[]> layerState(Learner learner) {
    Map<String, byte[]> blocks = new TreeMap<>();
    learner.writeModel(blocks::put);
    blocks.keySet().removeIf(key -> !key.startsWith("b/"));
    return blocks;
  }

  private static double[] weights(Learner learner) {
    double[] weights = new double[COLUMNS];
    byte[] bytes = layerState(learner).get("b/rls/weights/0");
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(weights);
    return weights;
  }

  /** A row of x with the 1 of the intercept, in floats as the model has them. */
  private static double[] x(EventRow event) {
    double[] x = new double[COLUMNS];
    x[0] = (float) event.numbers[0];
    x[1] = (float) event.numbers[1];
    x[2 + (int) event.categories[0]] = 1;
    x[COLUMNS - 1] = 1;
    return x;
  }

  /** Ridge regression over the labelled events before one, in one batch, by its definition. */
  private static double[] batchRidge(ModelSpec spec, long to, double forgetting, boolean weighted) {
    EventRow event = new Learner(spec, PLAIN).event();
    List<double[]> rows = new ArrayList<>();
    List<Double> targets = new ArrayList<>();
    List<Double> sampleWeights = new ArrayList<>();
    double first = Double.NaN;
    for (long offset = 0; offset < to; offset++) {
      fill(event, offset, weighted);
      if (event.labelled) {
        first = rows.isEmpty() ? event.label : first;
        rows.add(x(event));
        targets.add((double) (float) (event.label - first));
        sampleWeights.add(event.weight);
      }
    }
    int n = rows.size();
    Matrix x = Matrix.zeros(n, COLUMNS);
    Matrix y = Matrix.zeros(n, 1);
    for (int i = 0; i < n; i++) {
      double root = Math.sqrt(StrictMath.pow(forgetting, n - 1 - i) * sampleWeights.get(i));
      for (int j = 0; j < COLUMNS; j++) {
        x.set(i, j, root * rows.get(i)[j]);
      }
      y.set(i, 0, root * targets.get(i));
    }
    LinearAlgebra algebra = LinearAlgebra.fastest();
    Matrix ridge = Matrix.diagonal(COLUMNS, RIDGE * StrictMath.pow(forgetting, n));
    Matrix square = algebra.multiplyTransposed(x, x).plus(ridge);
    return algebra.cholesky(square).solve(algebra.multiplyTransposed(x, y)).x().toArray();
  }

  /**
   * The columns of c add up to the intercept's, so where the ridge has faded it is the batch
   * solution by normal equations that keeps nine digits only.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, false, 1000",
    "1, 1, true, 1000",
    "8, 1, true, 1000",
    "1, 0.99, false, 1000",
    "1, 0.99, true, 1000",
    "4, 0.99, true, 1000",
    "1, 1, true, 5"
  })
  void shouldEqualBatchRidgeRegression(
      int batch, double forgetting, boolean weighted, long events) {
    double tolerance = forgetting < 1 ? 1e-8 : 1e-10;
    ModelSpec spec = spec(batch, squares(forgetting));
    Learner learner = new Learner(spec, VECTOR);
    feed(learner, 0, events, weighted);
    assertThat(learner.counters().pending()).isZero();
    double[] expected = batchRidge(spec, events, forgetting, weighted);
    assertThat(weights(learner)).usingComparatorWithPrecision(tolerance).containsExactly(expected);
    EventRow next = learner.event();
    fill(next, events, weighted);
    double value = 0;
    for (int j = 0; j < COLUMNS; j++) {
      value += x(next)[j] * expected[j];
    }
    List<Double> labels = new ArrayList<>();
    for (long offset = 0; offset < events; offset++) {
      fill(next, offset, weighted);
      if (next.labelled) {
        labels.add(next.label);
      }
    }
    double inRange =
        Math.clamp(
            labels.getFirst() + value,
            labels.stream().min(Double::compare).orElseThrow(),
            labels.stream().max(Double::compare).orElseThrow());
    assertThat(feed(learner, events, events + 1, weighted).getFirst())
        .isCloseTo(inRange, within(1e-5)); // outputs are floats
  }

  @Test
  void shouldPredictEachEventBeforeItLearnsIt() {
    Learner learner = new Learner(spec(1, squares(1)), VECTOR);
    List<Double> said = feed(learner, 0, 3, false);
    EventRow event = learner.event();
    fill(event, 0, false);
    double first = event.label;
    assertThat(said.get(0)).isZero(); // no label has been seen
    assertThat(said.get(1)).isEqualTo(first); // the range of labels has one value
    assertThat(said.get(2)).isNotEqualTo(first);
    assertThat(learner.version()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldLearnTheSameBitsWithBothKernels(boolean alone) {
    ModelSpec spec = alone ? spec(3, squares(0.99)) : behindLayers();
    Learner plain = new Learner(spec, PLAIN);
    Learner vector = new Learner(spec, VECTOR);
    assertThat(feed(vector, 0, 500, true)).isEqualTo(feed(plain, 0, 500, true));
    assertThat(vector.weightsDigest()).isEqualTo(plain.weightsDigest());
  }

  private static ModelSpec behindLayers() {
    return spec(
        4,
        LayerSpec.dense(6, Activation.TANH),
        LayerSpec.dropout(0.2),
        squares(0.99).at("rls", List.of("dropout_0", "c")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldGoOnFromAFileBitForBit(boolean alone) throws IOException {
    ModelSpec spec = alone ? spec(4, squares(0.99)) : behindLayers();
    Learner through = new Learner(spec, VECTOR);
    Learner saved = new Learner(spec, VECTOR);
    feed(through, 0, 333, true);
    feed(saved, 0, 333, true);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(saved, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), VECTOR);
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(feed(loaded, 333, 900, true)).isEqualTo(feed(through, 333, 900, true));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(loaded.counters()).isEqualTo(through.counters());
  }

  @Test
  void shouldTakeBackItsStateInALearnerThatHasGoneElsewhere() {
    Learner learner = new Learner(behindLayers(), VECTOR);
    feed(learner, 0, 100, true);
    Map<String, byte[]> store = new HashMap<>();
    learner.writeAll(store::put);
    String digest = learner.weightsDigest();
    feed(learner, 100, 200, true);
    assertThat(learner.weightsDigest()).isNotEqualTo(digest);
    learner.read(store::get);
    assertThat(learner.weightsDigest()).isEqualTo(digest);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldChangeNoBitOfTheLayersWhereARowCannotBeLearned(boolean alone) {
    Learner learner = new Learner(alone ? spec(4, squares(0.99)) : behindLayers(), VECTOR);
    feed(learner, 0, 100, true);
    Map<String, byte[]> before = layerState(learner);
    double[][] labelsAndWeights = {{1e30, 1}, {-3e38, 1}, {2000, 1e16}, {2000, 3e38}};
    long offset = 100;
    for (double[] bad : labelsAndWeights) {
      for (int row = 0; row < 4; row++) {
        fill(learner.event(), 200 + row, true);
        learner.event().labelled = true;
        learner.event().label = row == 2 ? bad[0] : learner.event().label;
        learner.event().weight = row == 2 ? bad[1] : 1;
        learner.add(offset++);
      }
      learner.predict(outcome -> assertThat(outcome.predictedValue).isFinite());
      assertThat(learner.step().made()).isFalse();
      assertThat(layerState(learner)).usingRecursiveComparison().isEqualTo(before);
    }
    assertThat(learner.counters().rejected()).isEqualTo(16);
    feed(learner, 200, 300, true);
    assertThat(Arrays.stream(weights(learner)).limit(2)).allMatch(Double::isFinite);
  }

  @Test
  void shouldKeepWhatItLearnsInItsStateAndTheDigest() {
    Learner learner = new Learner(spec(1, squares(1)), VECTOR);
    assertThat(layerState(learner).keySet())
        .containsExactly(
            "b/rls/counts/0",
            "b/rls/d/0",
            "b/rls/target_moments/0",
            "b/rls/u/0",
            "b/rls/weights/0");
    String digest = learner.weightsDigest();
    feed(learner, 0, 1, false);
    assertThat(learner.weightsDigest()).isNotEqualTo(digest);
    assertThat(learner.spec().parameterCount()).isZero();
    assertThat(learner.spec().networkBytes())
        .isEqualTo(8L * (16 * COLUMNS + COLUMNS + COLUMNS + 2 + 3));
  }

  @Test
  void shouldRefuseEveryOtherLossAndLabel() {
    LabelSpec number = new LabelSpec("y", List.of());
    LabelSpec classes = new LabelSpec("y", List.of("no", "yes"));
    for (String loss : List.of("huber", "poisson", "mean_absolute_error")) {
      refuses(number, LossSpec.of(loss));
    }
    refuses(classes, LossSpec.BINARY_CROSSENTROPY);
    refuses(classes, LossSpec.HINGE);
  }

  private static void refuses(LabelSpec label, LossSpec loss) {
    List<LayerSpec> layers = ModelSpec.withOutput(List.of(squares(1)), label, loss);
    assertThatThrownBy(
            () ->
                new ModelSpec(
                    List.of(FeatureSpec.numeric("a")),
                    label,
                    layers,
                    loss,
                    OptimizerSpec.of("sgd"),
                    1,
                    0))
        .hasMessage(
            "recursive_least_squares learns a number by mean_squared_error; expected that loss and"
                + " a label without classes, loss="
                + loss.name());
  }
}
