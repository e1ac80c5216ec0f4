package dev.millrace.engine.panel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.linalg.LinearAlgebra;
import dev.millrace.engine.linalg.Matrix;
import dev.millrace.engine.state.StateArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mixers beside programs in double that are written from their formulas. */
class MixerTest {
  private static final int EXPERTS = 6;

  /** By name, the numbers of a mixer's state. */
  private static Map<String, double[]> state(Mixer mixer) {
    Map<String, double[]> state = new HashMap<>();
    for (StateArray array : mixer.state("")) {
      double[] values = new double[array.length()];
      ByteBuffer.wrap(array.toBytes(0, array.length()))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asDoubleBuffer()
          .get(values);
      state.put(array.name(), values);
    }
    return state;
  }

  private static void assertNear(double[] got, double[] right, double tolerance, String what) {
    assertThat(got).hasSameSizeAs(right);
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i]).as("%s, %d", what, i).isCloseTo(right[i], within(tolerance));
    }
  }

  /** Brings to a sum of 1, then gives the share to all alike. */
  private static void share(double[] weights, double share) {
    double sum = Arrays.stream(weights).sum();
    for (int k = 0; k < weights.length; k++) {
      weights[k] = (1 - share) * weights[k] / sum + share / weights.length;
    }
  }

  /** Sums of squares that fade, with the ridge they began with, and Newton's step by them. */
  private static final class SlowCurvature {
    final double kept;
    final double traceMax;
    double[][] sums = new double[EXPERTS][EXPERTS];

    SlowCurvature(double first, double kept) {
      this.kept = kept;
      traceMax = first * EXPERTS;
      for (int k = 0; k < EXPERTS; k++) {
        sums[k][k] = 1 / first;
      }
    }

    Matrix inverse() {
      return LinearAlgebra.fastest().inverse(Matrix.of(sums)).x();
    }

    void add(double[] v, double importance) {
      for (int i = 0; i < EXPERTS; i++) {
        for (int j = 0; j < EXPERTS; j++) {
          sums[i][j] += importance * v[i] * v[j];
        }
      }
      Matrix inverse = inverse();
      double trace = 0;
      for (int k = 0; k < EXPERTS; k++) {
        trace += inverse.get(k, k);
      }
      double fade = Math.max(kept, trace / traceMax);
      sums = Arrays.stream(sums).map(row -> times(row, fade)).toArray(double[][]::new);
    }

    private static double[] times(double[] row, double factor) {
      return Arrays.stream(row).map(value -> factor * value).toArray();
    }

    void descend(double[] gradient, double[] weights) {
      Matrix inverse = inverse();
      for (int i = 0; i < EXPERTS; i++) {
        for (int j = 0; j < EXPERTS; j++) {
          weights[i] -= inverse.get(i, j) * gradient[j];
        }
      }
    }
  }

  /** Fixed-share Bayes, logistic mixing, and fixed-share Bayes over the five. */
  private static final class SlowClasses {
    final int classes;
    final double trust;
    final double[][] bayes = new double[ClassMixer.SHARES.length][EXPERTS];
    final double[][] logistic = new double[ClassMixer.RATES.length + 1][EXPERTS];
    final SlowCurvature curvature =
        new SlowCurvature(ClassMixer.CURVATURE_FIRST, ClassMixer.CURVATURE_KEPT);
    final double[] last = new double[bayes.length + logistic.length];

    SlowClasses(int classes, double trust) {
      this.classes = classes;
      this.trust = trust;
      Arrays.stream(bayes).forEach(weights -> Arrays.fill(weights, 1.0 / EXPERTS));
      Arrays.stream(logistic).forEach(weights -> Arrays.fill(weights, 1.0 / EXPERTS));
      Arrays.fill(last, 1.0 / last.length);
    }

    double log(double[][] p, int expert, int c) {
      double mean = 0;
      for (int other = 0; other < classes; other++) {
        mean += Math.log(Math.max(ClassMixer.LOGARITHM_OF_MIN, p[expert][other])) / classes;
      }
      double log = Math.log(Math.max(ClassMixer.LOGARITHM_OF_MIN, p[expert][c])) - mean;
      return Math.max(-ClassMixer.LOGARITHM_MAX, Math.min(ClassMixer.LOGARITHM_MAX, log));
    }

    double[] bayes(double[][] p, int which) {
      double[] mixture = new double[classes];
      for (int c = 0; c < classes; c++) {
        for (int k = 0; k < EXPERTS; k++) {
          mixture[c] += bayes[which][k] * p[k][c];
        }
      }
      return mixture;
    }

    double[] logistic(double[][] p, int which) {
      double[] mixture = new double[classes];
      for (int c = 0; c < classes; c++) {
        double z = 0;
        for (int k = 0; k < EXPERTS; k++) {
          z += logistic[which][k] * log(p, k, c);
        }
        mixture[c] = Math.exp(z);
      }
      double sum = Arrays.stream(mixture).sum();
      return Arrays.stream(mixture).map(value -> value / sum).toArray();
    }

    double[] mixture(double[][] p, int which) {
      return which < bayes.length ? bayes(p, which) : logistic(p, which - bayes.length);
    }

    double[] mix(double[][] p) {
      double[] mixed = new double[classes];
      for (int m = 0; m < last.length; m++) {
        double[] mixture = mixture(p, m);
        for (int c = 0; c < classes; c++) {
          mixed[c] += last[m] * mixture[c];
        }
      }
      return mixed;
    }

    double belief(double probability, double weight) {
      return Math.pow(Math.max(ClassMixer.PROBABILITY_MIN, probability), trust * weight);
    }

    /** Of a row that weighs more than 1, less by what the loss bends at most. */
    double rate(double[][] p, double once, double weight) {
      double squares = 0;
      for (int k = 0; k < EXPERTS; k++) {
        for (int c = 0; c < classes; c++) {
          squares += Math.pow(log(p, k, c), 2);
        }
      }
      return once * weight / (1 + once * Math.max(0, weight - 1) * squares / 2);
    }

    void learn(double[][] p, int label, double weight) {
      double[][] mixtures = new double[last.length][];
      Arrays.setAll(mixtures, m -> mixture(p, m));
      for (int m = 0; m < last.length; m++) {
        last[m] *= belief(mixtures[m][label], weight);
      }
      share(last, trust * ClassMixer.LAST_SHARE);
      for (int m = 0; m < bayes.length; m++) {
        for (int k = 0; k < EXPERTS; k++) {
          bayes[m][k] *= belief(p[k][label], weight);
        }
        share(bayes[m], trust * ClassMixer.SHARES[m]);
      }
      for (int m = 0; m < ClassMixer.RATES.length; m++) {
        double[] gradient = gradient(p, mixtures[bayes.length + m], label);
        for (int k = 0; k < EXPERTS; k++) {
          logistic[m][k] -= rate(p, trust * ClassMixer.RATES[m], weight) * gradient[k];
        }
      }
      newton(p, mixtures[last.length - 1], label, trust * weight);
    }

    /** Of -log mixture[label]. */
    double[] gradient(double[][] p, double[] mixture, int label) {
      double[] gradient = new double[EXPERTS];
      for (int k = 0; k < EXPERTS; k++) {
        for (int c = 0; c < classes; c++) {
          gradient[k] += (mixture[c] - (c == label ? 1 : 0)) * log(p, k, c);
        }
      }
      return gradient;
    }

    void newton(double[][] p, double[] mixture, int label, double importance) {
      int[] byProbability =
          IntStream.range(0, classes)
              .boxed()
              .sorted(Comparator.comparingDouble(c -> -mixture[c]))
              .mapToInt(Integer::intValue)
              .toArray();
      int a = byProbability[0];
      int b = byProbability[1];
      double[] apart = new double[EXPERTS];
      Arrays.setAll(apart, k -> log(p, k, a) - log(p, k, b));
      curvature.add(apart, importance * Math.max(ClassMixer.BEND_MIN, mixture[a] * mixture[b]));
      double[] gradient = gradient(p, mixture, label);
      Arrays.setAll(gradient, k -> importance * gradient[k]);
      curvature.descend(gradient, logistic[ClassMixer.RATES.length]);
    }
  }

  /** What experts of different skill say of the classes, [experts][classes]. */
  private static float[][] says(SplittableRandom random, int classes, int label, int event) {
    float[][] says = new float[EXPERTS][classes];
    for (int k = 0; k < EXPERTS; k++) {
      int best = event / 300 % EXPERTS; // the best one changes
      double sum = 0;
      double[] odds = new double[classes];
      for (int c = 0; c < classes; c++) {
        double skill = c != label ? 0 : k == best ? 3 : k % 3 - 0.5;
        odds[c] = Math.exp(skill + 2 * random.nextGaussian());
        sum += odds[c];
      }
      for (int c = 0; c < classes; c++) {
        says[k][c] = (float) (odds[c] / sum);
      }
    }
    return says;
  }

  /** As a panel hands it over: of two classes the second alone. */
  private static float[] said(float[][] says, int at) {
    int classes = says[0].length;
    int outputs = classes == 2 ? 1 : classes;
    float[] said = new float[at + EXPERTS * outputs];
    for (int k = 0; k < EXPERTS; k++) {
      System.arraycopy(says[k], classes - outputs, said, at + k * outputs, outputs);
    }
    return said;
  }

  @ParameterizedTest
  @CsvSource({"2, false, 1", "2, true, 1", "3, false, 1", "5, true, 0.1", "2, false, 0.02"})
  void mixesClassesByTheFormulas(int classes, boolean weighted, double trust) {
    int outputs = classes == 2 ? 1 : classes;
    ClassMixer mixer = new ClassMixer(EXPERTS, outputs, trust);
    mixer.reset();
    SlowClasses slow = new SlowClasses(classes, trust);
    SplittableRandom random = new SplittableRandom(classes);
    float[] mixed = new float[outputs + 1];
    for (int event = 0; event < 2_000; event++) {
      int label = random.nextInt(classes);
      float[][] says = says(random, classes, label, event);
      double[][] p = new double[EXPERTS][classes];
      for (int k = 0; k < EXPERTS; k++) {
        for (int c = 0; c < classes; c++) {
          p[k][c] = classes == 2 && c == 0 ? 1f - says[k][1] : says[k][c];
        }
      }
      float[] said = said(says, 2);
      mixer.mix(said, 2, mixed, 1);
      double[] right = slow.mix(p);
      for (int c = classes - outputs; c < classes; c++) {
        assertThat((double) mixed[1 + c - (classes - outputs)])
            .as("event %d, class %d", event, c)
            .isCloseTo(right[c], within(1e-4));
      }
      float weight = weighted ? random.nextInt(5) / 2f : 1f;
      mixer.learn(said, 2, label, weight);
      slow.learn(p, label, weight);
      Map<String, double[]> state = state(mixer);
      String what = "event " + event;
      assertNear(state.get("mixer.bayes_slow"), slow.bayes[0], 1e-4, what);
      assertNear(state.get("mixer.bayes_quick"), slow.bayes[1], 1e-4, what);
      assertNear(state.get("mixer.logistic_slow"), slow.logistic[0], 1e-4, what);
      assertNear(state.get("mixer.logistic_quick"), slow.logistic[1], 1e-3, what);
      assertNear(state.get("mixer.logistic_newton"), slow.logistic[2], 1e-3, what);
      assertNear(state.get("mixer.last"), slow.last, 2e-3, what);
      assertNear(mixer.weights(), slow.bayes[0], 1e-4, what);
      assertThat(Arrays.stream(mixer.weights()).sum()).isCloseTo(1, within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 30", "2, 5000", "3, 1e20", "4, 3e38"})
  void neitherForgetsNorOvershootsByALargeWeight(int classes, float weight) {
    int outputs = classes == 2 ? 1 : classes;
    for (int seed = 0; seed < 20; seed++) {
      ClassMixer mixer = new ClassMixer(EXPERTS, outputs, 1);
      mixer.reset();
      SplittableRandom random = new SplittableRandom(seed);
      float[][] says = says(random, classes, 1, 0);
      float[] said = said(says, 0);
      float[] before = new float[outputs];
      mixer.mix(said, 0, before, 0);
      mixer.learn(said, 0, 1, weight);
      float[] after = new float[outputs];
      mixer.mix(said, 0, after, 0);
      int label = outputs == 1 ? 0 : 1;
      String what = "seed " + seed;
      assertThat(after[label]).as(what).isBetween(before[label], 1f);
      int best = 0;
      for (int k = 1; k < EXPERTS; k++) {
        best = says[k][1] > says[best][1] ? k : best;
      }
      double most = Arrays.stream(mixer.weights()).max().orElseThrow();
      assertThat(mixer.weights()[best]).as(what).isEqualTo(most).isGreaterThan(1.2 / EXPERTS);
      state(mixer)
          .forEach(
              (name, numbers) ->
                  assertThat(Arrays.stream(numbers)).as(what).allMatch(Double::isFinite));
    }
  }

  /** A Bayesian with Laplace errors, and two corrections mixed in the same way. */
  private static final class SlowValues {
    final double[] weights = new double[EXPERTS];
    final double[] followed = new double[EXPERTS];
    final double[] fitted = new double[EXPERTS];
    final SlowCurvature curvature =
        new SlowCurvature(ValueMixer.CURVATURE_FIRST, ValueMixer.CURVATURE_KEPT);
    final double[] last = {0.5, 0.5};
    final double[] errors = new double[EXPERTS];
    final double[] lastErrors = new double[2];
    final double trust;
    double age;
    double least;
    double greatest;

    SlowValues(double trust) {
      this.trust = trust;
      Arrays.fill(weights, 1.0 / EXPERTS);
    }

    double[] clipped(float[] says) {
      double[] clipped = new double[EXPERTS];
      Arrays.setAll(clipped, k -> Math.max(least, Math.min(greatest, says[k])));
      return clipped;
    }

    double mean(double[] says) {
      double mean = 0;
      for (int k = 0; k < EXPERTS; k++) {
        mean += weights[k] * says[k];
      }
      return mean;
    }

    double corrected(double[] says, double[] correction) {
      double mean = mean(says);
      double more = 0;
      for (int k = 0; k < EXPERTS; k++) {
        more += correction[k] * (says[k] - mean);
      }
      return Math.max(least, Math.min(greatest, mean + more));
    }

    double[] mixtures(double[] says) {
      return new double[] {corrected(says, followed), corrected(says, fitted)};
    }

    double mix(float[] says) {
      double[] both = mixtures(clipped(says));
      return last[0] * both[0] + last[1] * both[1];
    }

    double weigh(
        double[] says, double target, double weight, double[] weights, double[] errors, double s) {
      for (int k = 0; k < says.length; k++) {
        errors[k] = errors[k] * ValueMixer.KEPT + Math.abs(says[k] - target);
      }
      double scale = Math.max(1e-9, Arrays.stream(errors).min().orElseThrow() / age);
      for (int k = 0; k < says.length; k++) {
        double surprise = weight * Math.abs(says[k] - target) / scale;
        weights[k] *= Math.exp(-trust * Math.min(surprise, ValueMixer.SURPRISE_MAX));
      }
      share(weights, trust * s);
      return scale;
    }

    static double bounded(double error, double scale) {
      double most = ValueMixer.ERRORS_MAX * scale;
      return Math.max(-most, Math.min(most, error));
    }

    void learn(float[] said, double target, double weight) {
      double[] says = clipped(said);
      double[] both = mixtures(says);
      double mean = mean(says);
      age = age * ValueMixer.KEPT + 1;
      double scale = weigh(says, target, weight, weights, errors, ValueMixer.SHARE);
      double error = bounded(both[0] - target, scale);
      double squares = 0.1 * EXPERTS * scale * scale;
      for (double value : says) {
        squares += Math.pow(value - mean, 2);
      }
      for (int k = 0; k < EXPERTS; k++) {
        followed[k] -=
            trust * ValueMixer.RATE * Math.min(1, weight) * error * (says[k] - mean) / squares;
      }
      double[] beside = new double[EXPERTS];
      Arrays.setAll(beside, k -> (says[k] - mean) / scale);
      double importance = trust * weight * bounded(both[1] - target, scale) / (both[1] - target);
      curvature.add(beside, importance);
      double slope = importance * (both[1] - target) / scale;
      curvature.descend(Arrays.stream(beside).map(v -> slope * v).toArray(), fitted);
      weigh(both, target, weight, last, lastErrors, ValueMixer.LAST_SHARE);
      least = Math.min(least, target);
      greatest = Math.max(greatest, target);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "true, 1", "true, 0.1", "false, 0.02"})
  void mixesValuesByTheFormulas(boolean weighted, double trust) {
    ValueMixer mixer = new ValueMixer(EXPERTS, trust);
    mixer.reset();
    SlowValues slow = new SlowValues(trust);
    SplittableRandom random = new SplittableRandom(3);
    float[] mixed = new float[2];
    for (int event = 0; event < 2_000; event++) {
      float target = (float) random.nextGaussian();
      float[] said = new float[EXPERTS + 2];
      for (int k = 0; k < EXPERTS; k++) {
        double noise = k == event / 300 % EXPERTS ? 0.1 : 0.3 + k;
        said[2 + k] = (float) (target + noise * random.nextGaussian());
      }
      float[] says = Arrays.copyOfRange(said, 2, 2 + EXPERTS);
      mixer.mix(said, 2, mixed, 1);
      assertThat((double) mixed[1]).as("event %d", event).isCloseTo(slow.mix(says), within(1e-4));
      float weight = weighted ? random.nextInt(5) / 2f : 1f;
      mixer.learn(said, 2, target, weight);
      slow.learn(says, target, weight);
      Map<String, double[]> state = state(mixer);
      String what = "event " + event;
      assertNear(state.get("mixer.weights"), slow.weights, 1e-4, what);
      assertNear(state.get("mixer.errors"), slow.errors, 1e-6, what);
      assertNear(state.get("mixer.correction"), slow.followed, 1e-4, what);
      assertNear(state.get("mixer.correction_least_squares"), slow.fitted, 1e-3, what);
      assertNear(state.get("mixer.last"), slow.last, 1e-3, what);
      assertNear(state.get("mixer.last_errors"), slow.lastErrors, 1e-3, what);
      double[] seen = {slow.age, slow.least, slow.greatest};
      assertNear(state.get("mixer.seen"), seen, 1e-6, what);
      assertThat(Arrays.stream(mixer.weights()).sum()).isCloseTo(1, within(1e-12));
    }
  }

  private static final float[] HARD = {0f, 1f, Float.MIN_VALUE, 1e-40f, 1e-20f, 0.5f, 0.99999994f};
  private static final float[] WEIGHTS = {0f, 1f, 1e-40f, 1e10f, Float.MAX_VALUE, 0.3f};

  private static void assertSound(Mixer mixer, String... sumsToOne) {
    Map<String, double[]> state = state(mixer);
    state.forEach(
        (name, values) -> {
          for (double value : values) {
            assertThat(value).as(name).isFinite();
          }
        });
    for (String name : sumsToOne) {
      assertThat(Arrays.stream(state.get(name)).sum()).as(name).isCloseTo(1, within(1e-9));
      assertThat(state.get(name)).as(name).doesNotContain(0.0);
    }
    assertThat(Arrays.stream(mixer.weights()).sum()).isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void staysSoundWhateverExpertsSayOfClasses(int classes) {
    int outputs = classes == 2 ? 1 : classes;
    ClassMixer mixer = new ClassMixer(EXPERTS, outputs, 1);
    mixer.reset();
    SplittableRandom random = new SplittableRandom(classes);
    float[] mixed = new float[outputs];
    for (int event = 0; event < 5_000; event++) {
      float[] said = new float[EXPERTS * outputs];
      for (int i = 0; i < said.length; i++) {
        said[i] = HARD[random.nextInt(HARD.length)];
      }
      if (event % 1_000 < 200) {
        Arrays.fill(said, event % 2 == 0 ? 0f : 1f); // all are wrong, or all right
      }
      mixer.mix(said, 0, mixed, 0);
      for (float value : mixed) {
        assertThat(value).isBetween(0f, 1f);
      }
      float weight = event % 3 == 0 ? WEIGHTS[random.nextInt(WEIGHTS.length)] : 1f;
      mixer.learn(said, 0, random.nextInt(classes), weight);
      assertSound(mixer, "mixer.bayes_slow", "mixer.bayes_quick", "mixer.last");
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-40f, 1f, 1e18f, Float.MAX_VALUE})
  void staysSoundWhateverExpertsSayOfValues(float size) {
    ValueMixer mixer = new ValueMixer(EXPERTS, 1);
    mixer.reset();
    SplittableRandom random = new SplittableRandom(5);
    float[] mixed = new float[1];
    for (int event = 0; event < 5_000; event++) {
      float[] said = new float[EXPERTS];
      for (int k = 0; k < EXPERTS; k++) {
        float part = random.nextInt(-2, 3) / 2f;
        said[k] = part * (random.nextInt(4) == 0 ? Float.MAX_VALUE : size);
      }
      mixer.mix(said, 0, mixed, 0);
      assertThat(mixed[0]).as("event %d", event).isFinite();
      float target = event % 1_000 < 200 ? said[0] : random.nextInt(-2, 3) / 2f * size;
      float weight = event % 3 == 0 ? WEIGHTS[random.nextInt(WEIGHTS.length)] : 1f;
      mixer.learn(said, 0, target, weight);
      assertSound(mixer, "mixer.weights", "mixer.last");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void followsAPerfectExpertWithin20EventsAndAnotherWithin20AfterADrift(int classes) {
    int outputs = classes == 2 ? 1 : classes;
    ClassMixer mixer = new ClassMixer(EXPERTS, outputs, 1);
    mixer.reset();
    SplittableRandom random = new SplittableRandom(8);
    float[] mixed = new float[outputs];
    for (int event = 0; event < 1_000; event++) {
      int perfect = event < 500 ? 1 : 4;
      int label = random.nextInt(classes);
      float[][] says = new float[EXPERTS][classes];
      for (int k = 0; k < EXPERTS; k++) {
        Arrays.fill(says[k], 1f / classes);
        if (k == perfect || k == 5 - perfect) {
          int said = k == perfect ? label : (label + 1) % classes; // the other is always wrong
          Arrays.fill(says[k], 0.02f / (classes - 1));
          says[k][said] = 0.98f;
        }
      }
      float[] said = said(says, 0);
      mixer.mix(said, 0, mixed, 0);
      double right = classes > 2 ? mixed[label] : label == 1 ? mixed[0] : 1 - mixed[0];
      if (event % 500 >= 20) {
        assertThat(right).as("event %d", event).isGreaterThan(0.9);
        assertThat(mixer.weights()[perfect]).as("event %d", event).isGreaterThan(0.9);
      }
      mixer.learn(said, 0, label, 1f);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1, 1e6})
  void followsThePerfectExpertOfValuesWithin20EventsAndAnotherWithin20AfterADrift(double scale) {
    ValueMixer mixer = new ValueMixer(EXPERTS, 1);
    mixer.reset();
    SplittableRandom random = new SplittableRandom(8);
    float[] mixed = new float[1];
    for (int event = 0; event < 1_000; event++) {
      int perfect = event < 500 ? 1 : 4;
      float target = (float) (scale * random.nextDouble(-1, 1));
      float[] said = new float[EXPERTS];
      for (int k = 0; k < EXPERTS; k++) {
        double noise = k == perfect ? 0.001 : 1;
        said[k] = (float) (target + noise * scale * random.nextGaussian());
      }
      mixer.mix(said, 0, mixed, 0);
      if (event % 500 >= 20) {
        assertThat(mixer.weights()[perfect]).as("event %d", event).isGreaterThan(0.8);
        assertThat(Math.abs(mixed[0] - target)).as("event %d", event).isLessThan((float) scale / 2);
      }
      mixer.learn(said, 0, target, 1f);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void aRowOfWeight0TeachesNothingButTheShare(int classes) {
    int outputs = classes == 2 ? 1 : classes;
    ClassMixer mixer = new ClassMixer(EXPERTS, outputs, 1);
    mixer.reset();
    Constant constant = new Constant(classes);
    constant.reset();
    float[] said = new float[EXPERTS * outputs];
    Arrays.fill(said, 1f / classes);
    said[0] = 1f;
    mixer.learn(said, 0, 0, 0f);
    constant.learn(0, 0f);
    Map<String, double[]> state = state(mixer);
    state.remove("mixer.curvature"); // no weights
    for (double[] weights : List.copyOf(state.values())) {
      for (double weight : weights) {
        assertThat(weight).isCloseTo(1.0 / weights.length, within(1e-12));
      }
    }
    float[] shares = new float[classes];
    constant.say(shares, 0, classes);
    for (float share : shares) {
      assertThat(share).isEqualTo(1f / classes);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void theConstantSaysTheSharesSoFarEachCountedOnceMore(int classes) {
    Constant constant = new Constant(classes);
    constant.reset();
    double[] counts = new double[classes];
    Arrays.fill(counts, 1);
    SplittableRandom random = new SplittableRandom(2);
    for (int event = 0; event < 200; event++) {
      int outputs = classes == 2 ? 1 : classes;
      float[] said = new float[outputs + 1];
      constant.say(said, 1, outputs);
      double all = Arrays.stream(counts).sum();
      for (int i = 0; i < outputs; i++) {
        assertThat(said[1 + i]).isEqualTo((float) (counts[classes - outputs + i] / all));
      }
      int label = random.nextInt(10) == 0 ? 0 : classes - 1;
      float weight = random.nextInt(4) / 2f;
      constant.learn(label, weight);
      counts[label] += weight;
    }
  }
}
