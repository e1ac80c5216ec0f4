package dev.millrace.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.metric.Slow.Scored;
import dev.millrace.engine.state.StateBlocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figures kept as a stream goes by, against their definitions over the whole list of events. */
class ReferenceFiguresTest {
  private static final Offset<Double> NEAR = within(1e-9);

  private static ClassMetrics metrics(int classes) {
    return (ClassMetrics) Prequential.of(classes);
  }

  /** A stream of a random difficulty, in which labels tend to stay. */
  private static List<Scored> stream(int classes, int events, SplittableRandom random) {
    double skill = random.nextDouble(3);
    double stay = random.nextDouble();
    List<Scored> stream = new ArrayList<>();
    int last = -1;
    for (int i = 0; i < events; i++) {
      int label = last >= 0 && random.nextDouble() < stay ? last : random.nextInt(classes);
      double[] odds = new double[classes];
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double z = random.nextGaussian() * 2 + (k == label ? skill : 0);
        odds[k] = Math.exp(random.nextInt(50) == 0 ? z * 20 : z);
        sum += odds[k];
      }
      float[] probabilities = new float[classes];
      int best = 0;
      for (int k = 0; k < classes; k++) {
        probabilities[k] = (float) (odds[k] / sum);
        best = probabilities[k] > probabilities[best] ? k : best;
      }
      stream.add(new Scored(label, best, probabilities, label == last));
      last = label;
    }
    return stream;
  }

  private static void add(ClassMetrics metrics, Scored event) {
    double[] note = new double[metrics.noteLength()];
    metrics.note(event.label(), event.predicted(), event.probabilities(), note);
    metrics.score(note);
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 2", "2, 3", "3, 4", "5, 5", "40, 6", "2, 7"})
  void shouldBeTheDefinitionsOfClassification(int classes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int events = seed == 7 ? 3 : 1000 + random.nextInt(700);
    List<Scored> stream = stream(classes, events, random);
    ClassMetrics metrics = metrics(classes);
    stream.forEach(event -> add(metrics, event));
    List<Scored> last = stream.subList(Math.max(0, events - 1000), events);
    Map<String, Double> figures = metrics.figures();
    assertThat(figures.values()).allMatch(Double::isFinite);
    assertFigures(figures, "", new Slow(stream, classes, 1));
    assertFigures(figures, "_window", new Slow(last, classes, 1));
    assertFigures(figures, "_fading", new Slow(stream, classes, 0.999));
  }

  private static void assertFigures(Map<String, Double> figures, String suffix, Slow slow) {
    Map<String, Double> expected = new HashMap<>();
    expected.put("accuracy", slow.accuracy());
    expected.put("balanced_accuracy", slow.balancedAccuracy());
    expected.put("f1", slow.f1());
    expected.put("kappa", slow.kappa());
    expected.put("kappa_temporal", slow.kappaTemporal());
    expected.put("log_loss", slow.logLoss());
    expected.put("brier", slow.brier());
    expected.put("ece", slow.calibrationError());
    expected.forEach(
        (name, value) ->
            assertThat(figures.get(name + suffix)).as(name + suffix).isCloseTo(value, NEAR));
  }

  @ParameterizedTest
  @CsvSource({"2, 11", "2, 12", "2, 13", "3, 14", "7, 15"})
  void shouldRankByBinsWithinTheBoundThatIsStated(int classes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Scored> stream = stream(classes, 1200, random);
    ClassMetrics metrics = metrics(classes);
    stream.forEach(event -> add(metrics, event));
    Slow slow = new Slow(stream, classes, 1);
    ToDoubleFunction<Float> bin = p -> Ranking.bin(p, classes == 2 ? 5 : 3);
    int[] ranked = IntStream.range(classes == 2 ? 1 : 0, classes).toArray();
    double area = 0;
    double exact = 0;
    double bound = 0;
    double precision = 0;
    for (int k : ranked) {
      area += slow.area(k, bin) / ranked.length;
      exact += slow.area(k, p -> p) / ranked.length;
      bound += slow.halfTied(k, bin) / ranked.length;
      precision += slow.averagePrecision(k, bin) / ranked.length;
    }
    Map<String, Double> figures = metrics.figures();
    assertThat(figures.get("roc_auc")).isCloseTo(area, NEAR).isCloseTo(exact, within(bound));
    assertThat(figures.get("roc_auc")).isCloseTo(exact, within(classes == 2 ? 2e-4 : 1e-3));
    assertThat(figures.get("pr_auc")).isCloseTo(precision, NEAR);
    if (classes == 2) {
      Slow last = new Slow(stream.subList(200, 1200), 2, 1);
      assertThat(figures.get("roc_auc_window")).isCloseTo(last.area(1, p -> p), NEAR);
      assertThat(figures.get("pr_auc_window")).isCloseTo(last.averagePrecision(1, p -> p), NEAR);
    } else {
      assertThat(figures).doesNotContainKey("roc_auc_window");
    }
  }

  @Test
  void shouldRankNothingOfTooManyClassesToRemember() {
    ClassMetrics metrics = metrics(33);
    stream(33, 200, new SplittableRandom(1)).forEach(event -> add(metrics, event));
    assertThat(metrics.figures()).doesNotContainKeys("roc_auc", "pr_auc");
  }

  @Test
  void shouldBinScoresInTheirOrderAndBothEndsAlike() {
    for (int bits : new int[] {3, 5}) {
      int last = Ranking.bins(bits) - 1;
      assertThat(Ranking.bin(0f, bits)).isZero();
      assertThat(Ranking.bin(1f, bits)).isEqualTo(last);
      assertThat(Ranking.bin(Math.nextDown(0.5f), bits)).isEqualTo(last / 2 - 1);
      SplittableRandom random = new SplittableRandom(bits);
      for (int i = 0; i < 100_000; i++) {
        float p = (float) Math.pow(2, -random.nextDouble(30));
        float q = random.nextBoolean() ? Math.nextUp(p) : (float) random.nextDouble();
        float low = Math.min(1f, Math.min(p, q));
        float high = Math.min(1f, Math.max(p, q));
        assertThat(Ranking.bin(low, bits)).isBetween(0, Ranking.bin(high, bits));
        if (low >= 0x1p-24f && low < 0.25f) {
          double octaves = Math.log(low / 0x1p-24) / Math.log(2);
          int octave = (int) Math.floor(octaves);
          double within = low / Math.scalb(1.0, octave - 24) - 1;
          int expected = 1 + (octave << bits) + (int) (within * (1 << bits));
          assertThat(Ranking.bin(low, bits)).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN, 21", "0.1, 22", "0.5, 23"})
  void shouldBeTheDefinitionsOfRegression(double quantile, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ValueMetrics metrics = (ValueMetrics) Prequential.of(0, quantile);
    List<double[]> stream = new ArrayList<>(); // label, predicted, mean before, label before
    double[] note = new double[metrics.noteLength()];
    int events = 1400;
    for (int i = 0; i < events; i++) {
      double label = 100 + random.nextGaussian() * 30;
      double predicted = label + random.nextGaussian() * 10;
      double mean = stream.stream().mapToDouble(e -> e[0]).average().orElse(0);
      double last = stream.isEmpty() ? 0 : stream.getLast()[0];
      stream.add(new double[] {label, predicted, mean, last});
      metrics.note(label, predicted, note);
      metrics.score(note);
    }
    Map<String, Double> all = new HashMap<>(metrics.figures());
    metrics.baselines().forEach((name, value) -> all.put("baseline_" + name, value));
    List<double[]> window = stream.subList(events - 1000, events);
    assertErrors(all, "", stream, 1, quantile);
    assertErrors(all, "_window", window, 1, quantile);
    assertErrors(all, "_fading", stream, 0.999, quantile);
    assertThat(all.get("r2")).isCloseTo(r2(stream), NEAR);
    assertThat(all.get("r2_window")).isCloseTo(r2(window), NEAR);
  }

  private static void assertErrors(
      Map<String, Double> all, String suffix, List<double[]> events, double factor, double q) {
    String[][] names = {
      {"mae", "rmse", "quantile_loss"},
      {"baseline_mean", "baseline_mean_rmse", "baseline_mean_quantile_loss"},
      {"baseline_no_change", "baseline_no_change_rmse", "baseline_no_change_quantile_loss"}
    };
    for (int predictor = 1; predictor <= 3; predictor++) {
      int p = predictor;
      String[] name = names[p - 1];
      double absolute = mean(events, factor, e -> Math.abs(e[0] - e[p]));
      double squared = mean(events, factor, e -> (e[0] - e[p]) * (e[0] - e[p]));
      assertThat(all.get(name[0] + suffix)).as(name[0] + suffix).isCloseTo(absolute, NEAR);
      assertThat(all.get(name[1] + suffix)).isCloseTo(Math.sqrt(squared), NEAR);
      if (Double.isNaN(q)) {
        assertThat(all).doesNotContainKey(name[2] + suffix);
      } else {
        double loss =
            mean(events, factor, e -> e[0] > e[p] ? q * (e[0] - e[p]) : (1 - q) * (e[p] - e[0]));
        assertThat(all.get(name[2] + suffix)).isCloseTo(loss, NEAR);
      }
    }
  }

  private static double mean(List<double[]> events, double factor, ToDoubleFunction<double[]> of) {
    double sum = 0;
    double weights = 0;
    for (double[] event : events) {
      sum = sum * factor + of.applyAsDouble(event);
      weights = weights * factor + 1;
    }
    return sum / weights;
  }

  private static double r2(List<double[]> events) {
    double mean = events.stream().mapToDouble(e -> e[0]).average().orElseThrow();
    double left = events.stream().mapToDouble(e -> (e[0] - e[1]) * (e[0] - e[1])).sum();
    return 1 - left / events.stream().mapToDouble(e -> (e[0] - mean) * (e[0] - mean)).sum();
  }

  /** Weights that grow are brought back to size some 230,000 events on. */
  @Test
  void shouldFadeOverMoreEventsThanAWeightCanGrowFor() {
    ClassMetrics metrics = metrics(2);
    double fading = 0;
    double weights = 0;
    SplittableRandom random = new SplittableRandom(31);
    for (int i = 0; i < 500_000; i++) {
      int predicted = random.nextInt(2);
      fading = fading * 0.999 + (predicted == 1 ? 1 : 0);
      weights = weights * 0.999 + 1;
      add(metrics, new Scored(1, predicted, new float[] {0.5f, 0.5f}, true));
    }
    assertThat(metrics.figures().get("accuracy_fading")).isCloseTo(fading / weights, NEAR);
  }

  @ParameterizedTest
  @CsvSource({"0, 41", "2, 42", "3, 43", "40, 44"})
  void shouldGoOnFromWhatWasKeptBitForBit(int classes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Scored> stream = stream(Math.max(2, classes), 2300, random);
    Prequential through = Prequential.of(classes, 0.3);
    Prequential before = Prequential.of(classes, 0.3);
    for (Scored event : stream.subList(0, 1234)) {
      addAny(through, event);
      addAny(before, event);
    }
    Map<String, byte[]> blocks = new HashMap<>();
    new StateBlocks(before.state()).writeAll(blocks::put);
    Prequential after = Prequential.of(classes, 0.3);
    addAny(after, stream.getLast()); // what it knew before is gone
    new StateBlocks(after.state()).read(blocks::get);
    for (Scored event : stream.subList(1234, 2300)) {
      addAny(through, event);
      addAny(after, event);
    }
    assertThat(after.figures()).isEqualTo(through.figures());
    assertThat(after.baselines()).isEqualTo(through.baselines());
    after.reset();
    assertThat(after.figures()).isEmpty();
    stream.subList(0, 1234).forEach(event -> addAny(after, event));
    assertThat(after.figures()).isEqualTo(before.figures());
    assertThat(after.baselines()).isEqualTo(before.baselines());
  }

  private static void addAny(Prequential metrics, Scored event) {
    switch (metrics) {
      case ClassMetrics m -> add(m, event);
      case ValueMetrics m -> {
        double[] note = new double[m.noteLength()];
        m.note(event.label() * 10, event.probabilities()[1] * 10, note);
        m.score(note);
      }
    }
  }
}
