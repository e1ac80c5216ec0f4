package dev.millrace.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.ImbalanceSpec.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdTest {
  private static final double NOT_MORE = 1e-12;

  /** A label, the probability of the second class, and what it counts now. */
  private record Scored(int label, float probability, double count) {}

  /** Every probability at which a bin begins, by their description; and one above all. */
  private static TreeSet<Float> edges() {
    TreeSet<Float> edges = new TreeSet<>();
    edges.add(0f);
    edges.add(Math.nextUp(1f));
    edges.add(0.5f);
    edges.add(Math.nextUp(1f - 0x1p-24f)); // the last bin: less than 2^-24 from 1
    for (int octave = -24; octave < -1; octave++) {
      for (int part = 0; part < 32; part++) {
        float edge = Math.scalb(1 + part / 32f, octave);
        edges.add(edge);
        edges.add(Math.nextUp(1f - edge));
      }
    }
    edges.add(Math.nextUp(0.5f));
    return edges;
  }

  private static double figure(Metric metric, List<Scored> all, float threshold) {
    double[][] table = new double[2][2]; // by label and what is said
    for (Scored one : all) {
      table[one.label()][one.probability() >= threshold ? 1 : 0] += one.count();
    }
    double n = table[0][0] + table[0][1] + table[1][0] + table[1][1];
    double accuracy = (table[0][0] + table[1][1]) / n;
    double precision = table[1][1] / (table[0][1] + table[1][1]);
    double recall = table[1][1] / (table[1][0] + table[1][1]);
    double specificity = table[0][0] / (table[0][0] + table[0][1]);
    return switch (metric) {
      case F1 -> table[1][1] == 0 ? 0 : 2 * precision * recall / (precision + recall);
      case BALANCED_ACCURACY -> (recall + specificity) / 2;
      case ACCURACY -> accuracy;
      case KAPPA -> {
        double yes = (table[1][0] + table[1][1]) / n * ((table[0][1] + table[1][1]) / n);
        double no = (table[0][0] + table[0][1]) / n * ((table[0][0] + table[1][0]) / n);
        yield (accuracy - yes - no) / (1 - yes - no);
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void shouldBeTheBestOfAllByThePlainDefinition(Metric metric) {
    TreeSet<Float> edges = edges();
    for (long seed = 0; seed < 3; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double rare = 0.02 + random.nextDouble(0.3);
      Threshold threshold = new Threshold(new ImbalanceSpec.Threshold(null, metric));
      List<Scored> all = new ArrayList<>();
      for (int i = 1; i <= 1500; i++) {
        int label = random.nextDouble() < rare ? 1 : 0;
        float probability =
            (float) (1 / (1 + StrictMath.exp(3 - 2 * label + 1.5 * random.nextGaussian())));
        threshold.score(note(label, probability));
        all.add(new Scored(label, probability, 1));
        if (i % 100 != 0) {
          continue;
        }
        float said = threshold.value();
        String what = "%s, seed %d, label %d, threshold %s".formatted(metric, seed, i, said);
        if (of(all, 0) >= 5 && of(all, 1) >= 5) {
          assertThat(edges).as(what).contains(said);
          double best =
              edges.stream().mapToDouble(edge -> figure(metric, all, edge)).max().orElseThrow();
          assertThat(figure(metric, all, said)).as(what).isCloseTo(best, within(NOT_MORE));
        }
        all.replaceAll(
            one -> new Scored(one.label(), one.probability(), one.count() * Threshold.DECAY));
      }
      assertThat(threshold.value()).as("it moved, seed " + seed).isNotEqualTo(0.5f);
    }
  }

  private static double of(List<Scored> all, int label) {
    return all.stream().filter(one -> one.label() == label).mapToDouble(Scored::count).sum();
  }

  private static double[] note(int label, float probability) {
    double[] note = new double[ClassTally.SCORES + 1];
    note[ClassTally.LABEL] = label;
    note[ClassTally.SCORES] = probability;
    return note;
  }

  private static Threshold after(Metric metric, int seconds, float first, float second) {
    Threshold threshold = new Threshold(new ImbalanceSpec.Threshold(null, metric));
    for (int i = 0; i < Threshold.EVERY; i++) {
      threshold.score(i < seconds ? note(1, second) : note(0, first));
    }
    return threshold;
  }

  @Test
  void shouldStayWhileAClassIsTooRareToTell() {
    assertThat(after(Metric.F1, 4, 0.1f, 0.2f).value()).isEqualTo(0.5f);
    assertThat(after(Metric.F1, 5, 0.1f, 0.2f).value()).isNotEqualTo(0.5f);
    assertThat(after(Metric.F1, 96, 0.1f, 0.2f).value()).isEqualTo(0.5f);
  }

  @Test
  void shouldTakeTheOneNearestToOneHalfOfThoseThatAreAlike() {
    assertThat(after(Metric.F1, 50, 0.1f, 0.9f).value()).isEqualTo(0.5f);
    assertThat(after(Metric.F1, 50, 0.1f, 0.25f).value()).isEqualTo(0.25f);
    assertThat(after(Metric.KAPPA, 50, 0.75f, 0.9f).value()).isEqualTo(Math.nextUp(0.75f));
  }

  @Test
  void shouldNeverSayTheSecondClassWhereThatServesBest() {
    Threshold never = after(Metric.ACCURACY, 10, 1f, 1f);
    assertThat(never.isReached(1f)).isFalse();
    Threshold always = after(Metric.ACCURACY, 90, 0f, 0f);
    assertThat(always.isReached(0f)).isTrue();
  }
}
