package dev.millrace.formats;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The running mean and variance of each column that is standardised, as the model had them when it
 * was written.
 */
public final class Statistics {
  /**
   * Of one column.
   *
   * @param variance of the population; 0 if it has been constant so far
   */
  public record Column(double mean, double variance) {}

  private final List<List<Column>> byFeature = new ArrayList<>();

  public Statistics(List<Field> fields, Tensors tensors) {
    long[] count = tensors.longs("feat/count");
    double[] mean = tensors.doubles("feat/mean");
    double[] m2 = tensors.doubles("feat/m2");
    int at = 0;
    for (int i = 0; i < fields.size(); i++) {
      FeatureSpec spec = fields.get(i).spec();
      List<Column> columns = new ArrayList<>();
      int width = spec.kind() == FeatureKind.VECTOR ? spec.size() : 1;
      for (int c = 0; spec.normalize() && c < width; c++, at++) {
        columns.add(new Column(mean[at], count[i] == 0 ? 0 : m2[at] * (1.0 / count[i])));
      }
      byFeature.add(columns);
    }
  }

  /** The columns of a feature by its number; none if it is not standardised. */
  public List<Column> of(int feature) {
    return byFeature.get(feature);
  }
}
