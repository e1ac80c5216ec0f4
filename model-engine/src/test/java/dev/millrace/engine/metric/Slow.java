package dev.millrace.engine.metric;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Every figure by its definition, from a list of all events and the weight of each. */
final class Slow {
  /** An event as it was scored. */
  record Scored(int label, int predicted, float[] probabilities, boolean noChange) {}

  private final List<Scored> events;
  private final int classes;
  private final double factor; // of an event beside the one after it
  private double all;

  Slow(List<Scored> events, int classes, double factor) {
    this.events = events;
    this.classes = classes;
    this.factor = factor;
    all = sum(e -> 1);
  }

  private double sum(ToDoubleFunction<Scored> of) {
    double sum = 0;
    for (int i = 0; i < events.size(); i++) {
      sum += Math.pow(factor, events.size() - 1 - i) * of.applyAsDouble(events.get(i));
    }
    return sum;
  }

  private static double oneIf(boolean condition) {
    return condition ? 1 : 0;
  }

  double accuracy() {
    return sum(e -> oneIf(e.label == e.predicted)) / all;
  }

  private double cell(int label, int predicted) {
    return sum(e -> oneIf(e.label == label && e.predicted == predicted)) / all;
  }

  private double row(int label) {
    return IntStream.range(0, classes).mapToDouble(k -> cell(label, k)).sum();
  }

  private double column(int predicted) {
    return IntStream.range(0, classes).mapToDouble(k -> cell(k, predicted)).sum();
  }

  double balancedAccuracy() {
    return IntStream.range(0, classes)
        .filter(k -> row(k) > 0)
        .mapToDouble(k -> cell(k, k) / row(k))
        .average()
        .orElseThrow();
  }

  double f1() {
    return IntStream.range(0, classes)
        .filter(k -> classes == 2 ? k == 1 : row(k) + column(k) > 0)
        .mapToDouble(this::f1)
        .average()
        .orElseThrow();
  }

  private double f1(int k) {
    double precision = column(k) > 0 ? cell(k, k) / column(k) : 0;
    double recall = row(k) > 0 ? cell(k, k) / row(k) : 0;
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
  }

  double kappa() {
    double chance = IntStream.range(0, classes).mapToDouble(k -> row(k) * column(k)).sum();
    return chance > 1 - 1e-12 ? 0 : (accuracy() - chance) / (1 - chance);
  }

  double kappaTemporal() {
    double noChange = sum(e -> oneIf(e.noChange)) / all;
    return noChange == 1 ? 0 : (accuracy() - noChange) / (1 - noChange);
  }

  double logLoss() {
    return sum(e -> -Math.log(Math.max(1e-15, e.probabilities[e.label]))) / all;
  }

  double brier() {
    return sum(
            e ->
                classes == 2
                    ? Math.pow(e.probabilities[1] - e.label, 2) / 2
                        + Math.pow(e.probabilities[0] - (1 - e.label), 2) / 2
                    : IntStream.range(0, classes)
                        .mapToDouble(k -> Math.pow(e.probabilities[k] - oneIf(k == e.label), 2))
                        .sum())
        / all;
  }

  double calibrationError() {
    double error = 0;
    for (int bin = 0; bin < 15; bin++) {
      int b = bin;
      ToDoubleFunction<Scored> within =
          e -> {
            double c = e.probabilities[e.predicted] * 15.0;
            return oneIf(c >= b && (c < b + 1 || b == 14));
          };
      double weight = sum(within);
      if (weight > 0) {
        double right = sum(e -> within.applyAsDouble(e) * oneIf(e.label == e.predicted));
        double said = sum(e -> within.applyAsDouble(e) * e.probabilities[e.predicted]);
        error += weight / all * Math.abs(right / weight - said / weight);
      }
    }
    return error;
  }

  /** Over all pairs of an event of class k and another, by scores. */
  double area(int k, ToDoubleFunction<Float> score) {
    double pairs = 0;
    double won = 0;
    for (Scored own : events) {
      for (Scored other : events) {
        if (own.label == k && other.label != k) {
          double gap =
              score.applyAsDouble(own.probabilities[k])
                  - score.applyAsDouble(other.probabilities[k]);
          pairs++;
          won += gap > 0 ? 1 : gap == 0 ? 0.5 : 0;
        }
      }
    }
    return won / pairs;
  }

  /** Half the share of pairs whose scores are equal. */
  double halfTied(int k, ToDoubleFunction<Float> score) {
    double pairs = 0;
    double tied = 0;
    for (Scored own : events) {
      for (Scored other : events) {
        if (own.label == k && other.label != k) {
          pairs++;
          tied +=
              oneIf(
                  score.applyAsDouble(own.probabilities[k])
                      == score.applyAsDouble(other.probabilities[k]));
        }
      }
    }
    return tied / pairs / 2;
  }

  /** Precision at each threshold, by how much recall rises there. */
  double averagePrecision(int k, ToDoubleFunction<Float> score) {
    double own = events.stream().filter(e -> e.label == k).count();
    double before = 0;
    double sum = 0;
    for (double threshold :
        events.stream()
            .map(e -> score.applyAsDouble(e.probabilities[k]))
            .distinct()
            .sorted(Comparator.reverseOrder())
            .toList()) {
      List<Scored> taken =
          events.stream()
              .filter(e -> score.applyAsDouble(e.probabilities[k]) >= threshold)
              .toList();
      double hits = taken.stream().filter(e -> e.label == k).count();
      sum += (hits - before) / own * (hits / taken.size());
      before = hits;
    }
    return sum;
  }
}
