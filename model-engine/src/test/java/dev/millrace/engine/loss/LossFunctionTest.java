package dev.millrace.engine.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.layer.Activation;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values against figures that Keras' documentation shows and against formulas by hand; extremes;
 * weights. {@code GradientTest} has the gradients.
 */
class LossFunctionTest {
  private static final float[] LOGITS = {-18.6f, 0.51f, 2.94f, -12.8f};
  private static final float[] ANSWERS = {0, 1, 0, 0};
  private static final float[] ONE_HOT = {0, 1, 0, 0, 0, 1};

  /** The sums whose softmax is [0.05, 0.95, 0] and [0.1, 0.8, 0.1]. */
  private static final float[] CLASS_SUMS = {
    (float) Math.log(0.05), (float) Math.log(0.95), -100, 0, (float) Math.log(8), 0
  };

  /** The losses of two rows, from sums. */
  private static double[] losses(LossSpec loss, Activation output, float[] z, float[] targets) {
    int outputs = z.length / 2;
    LossFunction function = LossFunction.of(loss, output, outputs);
    float[] losses = new float[2];
    function.losses(z, activated(output, z, outputs), targets, 0, 2, losses);
    return new double[] {losses[0], losses[1]};
  }

  private static float[] activated(Activation output, float[] z, int outputs) {
    float[] y = z.clone();
    for (int j = 0; j < z.length; j++) {
      float sum = 0;
      for (int k = j / outputs * outputs; k < (j / outputs + 1) * outputs; k++) {
        sum += Elementary.exp(z[k] - z[j]);
      }
      y[j] =
          switch (output) {
            case LINEAR -> z[j];
            case SIGMOID -> Elementary.sigmoid(z[j]);
            case SOFTMAX -> 1 / sum;
            case EXPONENTIAL -> Elementary.exp(z[j]);
            default -> throw new AssertionError(output);
          };
    }
    return y;
  }

  private static double mean(double[] losses) {
    return (losses[0] + losses[1]) / 2;
  }

  private static double weighted(double[] losses, double first, double second) {
    return (losses[0] * first + losses[1] * second) / 2;
  }

  @Test
  void shouldGiveTheCrossEntropiesThatKerasDocuments() {
    double[] binary = losses(LossSpec.BINARY_CROSSENTROPY, Activation.SIGMOID, LOGITS, ANSWERS);
    assertThat(binary[0]).isCloseTo(0.235, within(5e-4));
    assertThat(binary[1]).isCloseTo(1.496, within(5e-4));
    assertThat(weighted(binary, 0.8, 0.2)).isCloseTo(0.243, within(1e-3));
    double[] dense =
        losses(LossSpec.CATEGORICAL_CROSSENTROPY, Activation.SOFTMAX, CLASS_SUMS, ONE_HOT);
    assertThat(dense[0]).isCloseTo(0.0513, within(5e-5));
    assertThat(dense[1]).isCloseTo(2.303, within(5e-4));
    assertThat(weighted(dense, 0.3, 0.7)).isCloseTo(0.814, within(5e-4));
    double[] sparse =
        losses(
            LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY,
            Activation.SOFTMAX,
            CLASS_SUMS,
            new float[] {1, 2});
    assertThat(sparse).containsExactly(dense);
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 0.691", "2, 1, 0.51", "3, 0, 0.647", "3, 1, 0.482", "4, 0, 0.611"})
  void shouldGiveTheBinaryFocalLossThatKerasDocuments(
      double gamma, double balancing, double expected) {
    Map<String, Double> settings = Map.of("gamma", gamma, "apply_class_balancing", balancing);
    LossSpec loss = LossSpec.of("binary_focal_crossentropy", settings);
    double[] losses = losses(loss, Activation.SIGMOID, LOGITS, ANSWERS);
    assertThat(mean(losses)).isCloseTo(expected, within(1e-3));
    if (gamma == 3) {
      assertThat(weighted(losses, 0.8, 0.2))
          .isCloseTo(balancing == 1 ? 0.097 : 0.133, within(5e-4));
    }
  }

  @Test
  void shouldGiveTheCategoricalFocalLossThatKerasDocuments() {
    double[] losses =
        losses(LossSpec.CATEGORICAL_FOCAL_CROSSENTROPY, Activation.SOFTMAX, CLASS_SUMS, ONE_HOT);
    assertThat(losses[0]).isCloseTo(3.2058331e-05, within(1e-9));
    assertThat(losses[1]).isCloseTo(4.6627346e-01, within(1e-6));
    assertThat(weighted(losses, 0.3, 0.7)).isCloseTo(0.1632, within(5e-5));
  }

  @ParameterizedTest
  @CsvSource({
    "mean_squared_error, 1, 1, 1, 0, 0.5",
    "mean_absolute_error, 1, 1, 1, 0, 0.5",
    "huber, 0.6, 0.4, 0.4, 0.6, 0.155",
    "log_cosh, 1, 1, 0, 0, 0.108",
    "quantile, 0.6, 0.4, 0.4, 0.6, 0.275",
    "hinge, 0.6, 0.4, 0.4, 0.6, 1.3",
    "squared_hinge, 0.6, 0.4, 0.4, 0.6, 1.86"
  })
  void shouldGiveTheLossesOfValuesThatKerasDocuments(
      String name, float a, float b, float c, float d, double expected) {
    double[] losses =
        losses(LossSpec.of(name), Activation.LINEAR, new float[] {a, b, c, d}, ANSWERS);
    assertThat(mean(losses)).isCloseTo(expected, within(1e-3));
  }

  @Test
  void shouldGiveThePoissonLossOfKerasFormulaBehindEveryActivation() {
    float[] y = {1, 1, 0, 0};
    float[] counts = {0, 1, 0, 0};
    LossFunction keras = LossFunction.of(LossSpec.POISSON, Activation.RELU, 2);
    float[] losses = new float[2];
    keras.losses(y, y, counts, 0, 2, losses);
    assertThat(losses[0]).isCloseTo(1f, within(1e-6f));
    assertThat(losses[1]).isZero();
    float[] z = {-3, 0.5f, 2, 4};
    float[] some = {0, 3, 5, 61};
    double[] fused = losses(LossSpec.POISSON, Activation.EXPONENTIAL, z, some);
    for (int row = 0; row < 2; row++) {
      double sum = 0;
      for (int j = 2 * row; j < 2 * row + 2; j++) {
        sum += Math.exp(z[j]) - some[j] * Math.log(Math.exp(z[j]) + 1e-7);
      }
      assertThat(fused[row]).isCloseTo(sum / 2, within(1e-4));
    }
  }

  @Test
  void shouldSmoothTargetsByKerasFormula() {
    Map<String, Double> tenth = Map.of("label_smoothing", 0.1);
    float third = 0.1f / 3;
    float[] smooth = {third, 0.9f + third, third, third, third, 0.9f + third};
    double[] stated =
        losses(LossSpec.CATEGORICAL_CROSSENTROPY, Activation.SOFTMAX, CLASS_SUMS, smooth);
    for (String name :
        new String[] {"categorical_crossentropy", "sparse_categorical_crossentropy"}) {
      float[] targets = name.startsWith("s") ? new float[] {1, 2} : ONE_HOT;
      double[] asked = losses(LossSpec.of(name, tenth), Activation.SOFTMAX, CLASS_SUMS, targets);
      assertThat(asked[0]).isCloseTo(stated[0], within(1e-5));
      assertThat(asked[1]).isCloseTo(stated[1], within(1e-5));
    }
    float[] half = {0.05f, 0.95f, 0.05f, 0.05f};
    for (String name : new String[] {"binary_crossentropy", "binary_focal_crossentropy"}) {
      double[] asked = losses(LossSpec.of(name, tenth), Activation.SIGMOID, LOGITS, ANSWERS);
      double[] given = losses(LossSpec.of(name), Activation.SIGMOID, LOGITS, half);
      assertThat(asked[0]).isCloseTo(given[0], within(1e-5));
      assertThat(asked[1]).isCloseTo(given[1], within(1e-5));
    }
  }

  /** The loss and its slope of one output, without weight. */
  private static float[] one(LossSpec loss, Activation output, float z, float target) {
    LossFunction function = LossFunction.of(loss, output, 1);
    float[] sums = {z};
    float[] y = activated(output, sums, 1);
    float[] result = new float[2];
    float[] targets = {target};
    function.losses(sums, y, targets, 0, 1, result);
    float[] slope = new float[1];
    function.gradient(sums, y, targets, 0, null, 0, 1, slope);
    return new float[] {result[0], slope[0]};
  }

  @Test
  void shouldStayFiniteAndRightAtExtremeSumsOfYesOrNo() {
    for (String name : new String[] {"binary_crossentropy", "binary_focal_crossentropy"}) {
      LossSpec loss = LossSpec.of(name);
      assertThat(one(loss, Activation.SIGMOID, 1e4f, 0)).containsExactly(1e4f, 1f);
      assertThat(one(loss, Activation.SIGMOID, -1e4f, 1)).containsExactly(1e4f, -1f);
      assertThat(one(loss, Activation.SIGMOID, 1e4f, 1)).containsExactly(0f, 0f);
      assertThat(one(loss, Activation.SIGMOID, -1e4f, 0)).containsExactly(0f, 0f);
    }
    for (double gamma : new double[] {0, 0.5, 100}) {
      LossSpec focal = LossSpec.of("binary_focal_crossentropy", Map.of("gamma", gamma));
      assertThat(one(focal, Activation.SIGMOID, 1e4f, 1)).containsExactly(0f, 0f);
      assertThat(one(focal, Activation.SIGMOID, 1e4f, 0)).containsExactly(1e4f, 1f);
    }
  }

  @Test
  void shouldStayFiniteAndRightAtExtremeSumsOfClasses() {
    float[] z = {1e4f, -1e4f, 0, 1e4f, -1e4f, 0};
    float[] y = {1, 0, 0, 1, 0, 0};
    float[] targets = {0, 1, 0, 1, 0, 0}; // wrong by all, and right by all
    for (double gamma : new double[] {0, 0.5, 2, 100}) {
      LossSpec focal =
          LossSpec.of("categorical_focal_crossentropy", Map.of("gamma", gamma, "alpha", 1.0));
      for (LossSpec loss : new LossSpec[] {LossSpec.CATEGORICAL_CROSSENTROPY, focal}) {
        LossFunction function = LossFunction.of(loss, Activation.SOFTMAX, 3);
        float[] losses = new float[2];
        function.losses(z, y, targets, 0, 2, losses);
        assertThat(losses).containsExactly(2e4f, 0f);
        float[] gradient = new float[6];
        function.gradient(z, y, targets, 0, null, 0, 2, gradient);
        assertThat(gradient)
            .usingComparatorWithPrecision(0f)
            .containsExactly(0.5f, -0.5f, 0f, 0f, 0f, 0f);
      }
    }
  }

  @Test
  void shouldStayFiniteAndRightAtHugeErrors() {
    Activation linear = Activation.LINEAR;
    assertThat(one(LossSpec.MEAN_ABSOLUTE_ERROR, linear, 1e30f, 0)).containsExactly(1e30f, 1f);
    assertThat(one(LossSpec.MEAN_ABSOLUTE_ERROR, linear, 3f, 3f)).containsExactly(0f, 0f);
    assertThat(one(LossSpec.HUBER, linear, -1e30f, 0)).containsExactly(1e30f, -1f);
    assertThat(one(LossSpec.HUBER, linear, 1f, 0)).containsExactly(0.5f, 1f);
    assertThat(one(LossSpec.LOG_COSH, linear, 1e30f, 0)).containsExactly(1e30f, 1f);
    assertThat(one(LossSpec.LOG_COSH, linear, -1e4f, 0)[0]).isEqualTo((float) (1e4 - Math.log(2)));
    assertThat(one(LossSpec.LOG_COSH, linear, 0f, 0)).containsExactly(0f, 0f);
    LossSpec quantile = LossSpec.of("quantile", Map.of("quantile", 0.75));
    assertThat(one(quantile, linear, 4e29f, 0)).containsExactly(1e29f, 0.25f);
    assertThat(one(quantile, linear, -4e29f, 0)).containsExactly(3e29f, -0.75f);
    assertThat(one(quantile, linear, 3f, 3f)).containsExactly(0f, 0f);
    assertThat(one(LossSpec.HINGE, linear, 1e30f, 0)).containsExactly(1e30f, 1f);
    assertThat(one(LossSpec.HINGE, linear, 1f, 1)).containsExactly(0f, 0f);
    assertThat(one(LossSpec.HINGE, linear, -1e4f, 0)).containsExactly(0f, 0f);
    assertThat(one(LossSpec.SQUARED_HINGE, linear, -3f, 1)).containsExactly(16f, -8f);
    assertThat(one(LossSpec.SQUARED_HINGE, linear, 1f, 1)).containsExactly(0f, -0f);
    assertThat(one(LossSpec.POISSON, Activation.EXPONENTIAL, -1e4f, 3)).containsExactly(3e4f, -3f);
    assertThat(one(LossSpec.POISSON, Activation.EXPONENTIAL, -1e4f, 0)).containsExactly(0f, 0f);
  }

  @Test
  void shouldTakeSidesAsZeroAndOneOrMinusOneAndOne() {
    for (LossSpec loss : new LossSpec[] {LossSpec.HINGE, LossSpec.SQUARED_HINGE}) {
      assertThat(one(loss, Activation.LINEAR, 0.3f, -1))
          .containsExactly(one(loss, Activation.LINEAR, 0.3f, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.5f, 1.5f, 2f, Float.NaN, Float.POSITIVE_INFINITY})
  void shouldRefuseATargetThatTheLossCannotHave(float target) {
    for (String name : LossSpec.namesFor(2)) {
      LossSpec loss = LossSpec.of(name);
      LossFunction function = LossFunction.of(loss, loss.kind().activations().getFirst(), 2);
      float[] targets = {target, target};
      assertThatThrownBy(
              () -> function.losses(new float[2], new float[2], targets, 0, 1, new float[1]))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("target must be ")
          .hasMessageEndingWith(", target=" + target);
    }
    if (!(target >= 0)) {
      assertThatThrownBy(() -> one(LossSpec.POISSON, Activation.EXPONENTIAL, 0, target))
          .hasMessage("target must be at least 0, target=" + target);
    }
  }

  @Test
  void shouldWeightEachRowsGradientAndDivideByTheRows() {
    for (String name : LossSpec.names()) {
      LossSpec loss = LossSpec.of(name);
      Activation output = loss.kind().activations().getFirst();
      LossFunction function = LossFunction.of(loss, output, 2);
      float[] z = {0.3f, -0.7f, 1.2f, 0.4f, -0.1f, 0.6f};
      float[] y = activated(output, z, 2);
      float[] targets = name.startsWith("sparse") ? new float[] {1, 0, 1} : ofAnswers();
      float[] plain = new float[6];
      function.gradient(z, y, targets, 0, null, 0, 3, plain);
      float[] ones = new float[6];
      function.gradient(z, y, targets, 0, new float[] {9, 1, 1, 1}, 1, 3, ones);
      assertThat(ones).as(name).containsExactly(plain);
      float[] weighted = new float[6];
      function.gradient(z, y, targets, 0, new float[] {2, 0, 0.5f}, 0, 3, weighted);
      for (int j = 0; j < 6; j++) {
        float weight = j < 2 ? 2f : j < 4 ? 0f : 0.5f;
        assertThat(weighted[j] + 0f).as(name).isEqualTo(plain[j] * weight + 0f);
      }
      float[] twice = new float[4]; // the first row, two times: of two rows
      float[] twiceZ = {z[0], z[1], z[0], z[1]};
      int perRow = function.targetsPerRow();
      float[] twiceTargets = new float[2 * perRow];
      System.arraycopy(targets, 0, twiceTargets, 0, perRow);
      System.arraycopy(targets, 0, twiceTargets, perRow, perRow);
      function.gradient(twiceZ, activated(output, twiceZ, 2), twiceTargets, 0, null, 0, 2, twice);
      assertThat((twice[0] + twice[2]) * 2 / 3)
          .as(name + ": two rows less their divisor")
          .isCloseTo(weighted[0], within(1e-6f));
    }
  }

  private static float[] ofAnswers() {
    return new float[] {0, 1, 1, 0, 0, 1};
  }
}
