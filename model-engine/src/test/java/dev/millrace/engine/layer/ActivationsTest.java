package dev.millrace.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.ParameterLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each activation against its formula in double. */
class ActivationsTest {
  private static final double STEP = 1e-5;

  @ParameterizedTest
  @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
  void valuesAreThoseOfTheFormulaToAFewUnitsInTheLastPlace(Activation f) {
    float[] z = line(-30, 30, 400_001);
    float[] y = forward(f, z, z.length);
    for (int i = 0; i < z.length; i++) {
      double exact = DoubleActivations.value(f, z[i]);
      // Φ is 0 where it is no normal float; a hard sigmoid is rounded once, at the scale of 1/2.
      double unit = f == Activation.HARD_SIGMOID ? Math.ulp(0.5f) : Math.ulp((float) exact);
      assertThat(Math.abs(y[i] - exact))
          .as("%s(%s) = %s, exact %s", f, z[i], y[i], exact)
          .isLessThanOrEqualTo(6 * unit + 1e-36);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
  void slopesAreThoseOfFiniteDifferences(Activation f) {
    float[] z = line(-20, 10, 100_003);
    float[] dz = gradient(f, z, z.length);
    for (int i = 0; i < z.length; i++) {
      if (isNearAKink(z[i])) {
        continue;
      }
      double above = DoubleActivations.value(f, z[i] + STEP);
      double below = DoubleActivations.value(f, z[i] - STEP);
      double numeric = (above - below) / (2 * STEP);
      assertThat(Math.abs(dz[i] - numeric))
          .as("slope of %s at %s: %s, numeric %s", f, z[i], dz[i], numeric)
          .isLessThan(2e-6 * Math.max(1, Math.abs(numeric)));
    }
  }

  private static boolean isNearAKink(double z) {
    for (int kink : new int[] {-3, 0, 3, 6}) {
      if (Math.abs(z - kink) < 2 * STEP) {
        return true;
      }
    }
    return false;
  }

  @Test
  void softmaxIsThatOfTheFormulaInEachRow() {
    for (int width : new int[] {1, 2, 10, 16, 37, 1000}) {
      float[] z = line(-5, 4, 3 * width);
      float[] y = forward(Activation.SOFTMAX, z, width);
      for (int row = 0; row < 3; row++) {
        double[] sums = new double[width];
        for (int j = 0; j < width; j++) {
          sums[j] = z[row * width + j];
        }
        double[] exact = DoubleActivations.apply(Activation.SOFTMAX, sums);
        for (int j = 0; j < width; j++) {
          assertThat(Math.abs(y[row * width + j] / exact[j] - 1)).isLessThan(1e-6);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void aNanStaysOneAndFarValuesAreTheirLimits(Activation f) {
    assertThat(forward(f, new float[] {Float.NaN}, 1)[0]).isNaN();
    if (f == Activation.SOFTMAX) {
      return;
    }
    float[] z = {-1e30f, 1e30f, 0f};
    float[] y = forward(f, z, 3);
    for (int i = 0; i < 3; i++) {
      double exact = DoubleActivations.value(f, z[i]);
      double bound = 1e-6 * Math.abs(exact);
      if (exact > Float.MAX_VALUE) {
        assertThat(y[i]).isEqualTo(Float.POSITIVE_INFINITY);
      } else {
        assertThat(Math.abs(y[i] - exact)).as("%s(%s)", f, z[i]).isLessThanOrEqualTo(bound);
      }
    }
    if (f != Activation.EXPONENTIAL) {
      assertThat(gradient(f, z, 3)[0]).isFinite();
      assertThat(gradient(f, z, 3)[1]).isFinite();
    }
  }

  @Test
  void slopesAtZeroAreThoseOfTheSideThatKerasTakes() {
    float[] zero = {0f};
    assertThat(gradient(Activation.RELU, zero, 1)).containsExactly(0f);
    assertThat(gradient(Activation.RELU6, zero, 1)).containsExactly(0f);
    assertThat(gradient(Activation.LEAKY_RELU, zero, 1)).containsExactly(0.2f);
    assertThat(gradient(Activation.ELU, zero, 1)).containsExactly(1f);
    assertThat(gradient(Activation.SELU, zero, 1)).containsExactly(1.7580993f);
    assertThat(gradient(Activation.SILU, zero, 1)).containsExactly(0.5f);
  }

  private static float[] line(double from, double to, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (from + (to - from) * i / (length - 1));
    }
    return values;
  }

  private static float[] forward(Activation f, float[] z, int width) {
    float[] y = new float[z.length];
    activations(f, z, width).forward(z, y, z.length / width);
    return y;
  }

  /** dz for a dy of 1. */
  private static float[] gradient(Activation f, float[] z, int width) {
    Activations activations = activations(f, z, width);
    float[] y = new float[z.length];
    float[] dz = new float[z.length];
    Arrays.fill(dz, 1f);
    activations.forward(z, y, z.length / width);
    activations.backward(z, y, dz, dz, z.length / width);
    return dz;
  }

  private static Activations activations(Activation f, float[] z, int width) {
    Workspace workspace = new Workspace(Workers.ONE);
    workspace.reserve(z.length / width, width);
    return new Activations(
        f,
        width,
        new Build(
            "layer",
            0,
            List.of(),
            z.length / width,
            new ParameterLayout(),
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
            workspace));
  }
}
