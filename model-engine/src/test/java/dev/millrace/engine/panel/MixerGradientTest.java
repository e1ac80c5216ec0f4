package dev.millrace.engine.panel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a mixture changes with what the experts say, against finite differences. */
class MixerGradientTest {
  private static final int EXPERTS = 5;
  private static final double STEP = 1e-3;

  private final SplittableRandom random = new SplittableRandom(3);

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void ofClassesIsThatOfFiniteDifferences(int outputs) {
    ClassMixer mixer = new ClassMixer(EXPERTS, outputs, 1);
    mixer.reset();
    for (int event = 0; event < 200; event++) {
      mixer.learn(probabilities(outputs), 0, random.nextInt(Math.max(2, outputs)), 1f);
    }
    for (int row = 0; row < 20; row++) {
      float[] said = probabilities(outputs);
      for (int output = 0; output < outputs; output++) {
        assertGradient(mixer, said, outputs, output);
      }
    }
  }

  @Test
  void ofValuesIsThatOfFiniteDifferences() {
    ValueMixer mixer = new ValueMixer(EXPERTS, 1);
    mixer.reset();
    for (int event = 0; event < 200; event++) {
      mixer.learn(values(), 0, (float) random.nextDouble(-2, 2), 1f);
    }
    for (int row = 0; row < 20; row++) {
      assertGradient(mixer, values(), 1, 0);
    }
  }

  @Test
  void anExpertBeyondTheLabelsSoFarMovesNothing() {
    ValueMixer mixer = new ValueMixer(EXPERTS, 1);
    mixer.reset();
    mixer.learn(values(), 0, 1f, 1f);
    double[] gradient = new double[EXPERTS];
    mixer.gradient(new float[] {0.5f, 7f, 0.2f, -3f, 0.9f}, 0, 0, gradient);
    assertThat(gradient[1]).isZero();
    assertThat(gradient[3]).isZero();
    assertThat(gradient[0]).isPositive();
  }

  @Test
  void doesNotChangeWhatIsLearnedAfterIt() {
    ClassMixer asked = new ClassMixer(EXPERTS, 1, 1);
    ClassMixer unasked = new ClassMixer(EXPERTS, 1, 1);
    asked.reset();
    unasked.reset();
    float[] mixed = new float[1];
    for (int event = 0; event < 50; event++) {
      float[] said = probabilities(1);
      asked.mix(said, 0, mixed, 0);
      asked.gradient(probabilities(1), 0, 0, new double[EXPERTS]);
      unasked.mix(said, 0, mixed, 0);
      asked.learn(said, 0, event % 2, 1f);
      unasked.learn(said, 0, event % 2, 1f);
    }
    assertThat(asked.weights()).isEqualTo(unasked.weights());
  }

  private static void assertGradient(Mixer mixer, float[] said, int outputs, int output) {
    double[] gradient = new double[EXPERTS * outputs];
    mixer.gradient(said, 0, output, gradient);
    for (int i = 0; i < said.length; i++) {
      float[] up = said.clone();
      up[i] += (float) STEP;
      float[] down = said.clone();
      down[i] -= (float) STEP;
      double way = (double) up[i] - down[i];
      double slope =
          (mixed(mixer, up, outputs, output) - mixed(mixer, down, outputs, output)) / way;
      assertThat(gradient[i]).as("%s, %d", Arrays.toString(said), i).isCloseTo(slope, within(1e-3));
    }
  }

  private static double mixed(Mixer mixer, float[] said, int outputs, int output) {
    float[] mixed = new float[outputs];
    mixer.mix(said, 0, mixed, 0);
    return mixed[output];
  }

  private float[] probabilities(int outputs) {
    float[] said = new float[EXPERTS * outputs];
    for (int k = 0; k < EXPERTS; k++) {
      float all = 0;
      for (int i = k * outputs; i < (k + 1) * outputs; i++) {
        said[i] = (float) random.nextDouble(0.1, 0.9);
        all += said[i];
      }
      for (int i = k * outputs; outputs > 1 && i < (k + 1) * outputs; i++) {
        said[i] /= all;
      }
    }
    return said;
  }

  private float[] values() {
    float[] said = new float[EXPERTS];
    for (int k = 0; k < EXPERTS; k++) {
      said[k] = (float) random.nextDouble(-1.5, 1.5);
    }
    return said;
  }
}
