package dev.millrace.engine;

import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * What the rows of a batch weigh in its step: their own weight, times that of their class, times
 * what an undersampled row stands for.
 *
 * <p>Stated weights are Keras' {@code class_weight}. Balanced ones are scikit-learn's, n / (classes
 * · nₖ) (King and Zeng, "Logistic regression in rare events data", 2001), where the counts are
 * those of the labels learned so far, this one included: each begins at 1, and each label makes
 * them {@value #DECAY} of what they were and adds what it stands for to that of its class. With it
 * all classes weigh the same together, and an event 1 in the mean. A step that is skipped has
 * counted its labels all the same; a batch of a pause has not.
 */
final class ClassWeights {
  /** What counts are multiplied with at each label. */
  static final double DECAY = 0.9999;

  private final double[] stated; // by class; empty if there are none
  private final double[] counts; // by class; empty unless balanced
  private final Undersampling undersampling;
  private final boolean any;

  ClassWeights(LabelSpec label, Undersampling undersampling) {
    ImbalanceSpec spec = label.imbalanceOrNone();
    this.undersampling = undersampling;
    stated = spec.classWeight().stream().mapToDouble(Double::doubleValue).toArray();
    counts = new double[spec.balanced() ? label.classes().size() : 0];
    Arrays.fill(counts, 1);
    any = stated.length + counts.length > 0 || spec.undersampling() != null;
  }

  /** What the model depends on: the counts, if there are any. */
  List<StateArray> state() {
    return counts.length == 0 ? List.of() : List.of(StateArray.of("label/class_counts", counts));
  }

  /**
   * The weights of the first rows, in whose order their labels are counted.
   *
   * @param into takes them, where they are not the rows' own
   */
  float[] of(Rows rows, int count, float[] into) {
    if (!any) {
      return rows.weights();
    }
    for (int row = 0; row < count; row++) {
      double weight = rows.weights()[row] * next((int) rows.label(row));
      into[row] = (float) Math.min(weight, Float.MAX_VALUE);
    }
    return into;
  }

  /** What the next row weighs beside its own weight. */
  private double next(int label) {
    double standsFor = undersampling.standsFor(label);
    if (counts.length == 0) {
      return stated.length == 0 ? standsFor : standsFor * stated[label];
    }
    double all = 0;
    for (int k = 0; k < counts.length; k++) {
      counts[k] = counts[k] * DECAY + (k == label ? standsFor : 0);
      all += counts[k];
    }
    return standsFor * all / (counts.length * counts[label]);
  }
}
