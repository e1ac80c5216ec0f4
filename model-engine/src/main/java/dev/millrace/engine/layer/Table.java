package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ReadAhead;
import dev.millrace.engine.kernel.Workspace;
import java.util.Arrays;

/**
 * A table with a row of weights for each category: what the active entries of a batch read and
 * teach. The cost follows the entries, never the size of the table.
 *
 * <p>A forward pass, {@link #addTo}, lists the entries of the rows at hand, row by row and field by
 * field; everything else goes through that list in its order. A row of the table that is active
 * several times in a batch gets the sum of its gradients in that order, and is taught once.
 */
final class Table {
  private final Parameter parameter;
  private final Categories categories;
  private final ActiveEntries active;
  private final Kernels kernels;
  private final int offset;
  private final int columns;
  private final int stride;
  private final int fieldStride;
  private final boolean isScalar; // an entry adds one number, to that of its row
  private final ReadAhead readAhead = new ReadAhead();
  private final ProductGradient product = new ProductGradient();
  private int[] targets = {}; // by entry: where its result begins, if fields are apart
  private float[] gradient = {}; // by distinct row, [columns]

  /**
   * @param parameter a tensor with a row for each category of the fields, in their order
   * @param stride the width of a row of results
   * @param fieldStride how far apart the results of two fields lie in it; 0 if they are added
   */
  Table(Parameter parameter, Categories categories, int stride, int fieldStride, Kernels kernels) {
    this.categories = categories;
    this.parameter = parameter;
    this.kernels = kernels;
    this.stride = stride;
    this.fieldStride = fieldStride;
    active = categories.inputs().active(categories, kernels);
    offset = parameter.tensor().offset();
    columns = parameter.tensor().columns();
    isScalar = columns == 1 && fieldStride == 0;
  }

  Parameter parameter() {
    return parameter;
  }

  /** Where the entries of a row of the batch begin; those of the next begin where they end. */
  int start(int row) {
    return active.starts()[row];
  }

  float weight(int i) {
    return active.weights()[i];
  }

  /** The place of an entry among those of all fields. */
  int number(int i) {
    return active.numbers()[i];
  }

  /** Where the table's row of an entry lies in the flat array. */
  private int at(int i) {
    return offset + active.tableRows()[i] * columns;
  }

  /** Where the result of an entry of a row begins. */
  private int target(int i, int row) {
    return fieldStride == 0 ? row * stride : targets[i];
  }

  /**
   * y = y + Σ weight·table[index], entries in their order.
   *
   * @param y [rows][stride]
   */
  void addTo(float[] y, int rows, float[] parameters) {
    active.list(rows);
    if (isScalar) {
      addScalars(y, rows, parameters);
      return;
    }
    if (fieldStride > 0) {
      if (active.count() > targets.length) {
        targets = new int[active.weights().length];
      }
      active.targets(stride, fieldStride, targets);
    }
    readAhead.fetch(parameters, offset, columns, active.tableRows(), active.count());
    float[] weights = active.weights();
    for (int row = 0; row < rows; row++) {
      int from = start(row);
      int end = start(row + 1);
      if (fieldStride == 0) {
        int[] rowsOf = active.tableRows();
        kernels.addRanges(
            weights, rowsOf, from, end, parameters, offset, columns, y, row * stride, columns);
      } else {
        for (int i = from; i < end; i++) {
          kernels.axpy(weights[i], parameters, at(i), y, targets[i], columns);
        }
      }
    }
  }

  private void addScalars(float[] y, int rows, float[] parameters) {
    int[] tableRows = active.tableRows();
    float[] weights = active.weights();
    for (int row = 0; row < rows; row++) {
      float sum = y[row * stride];
      int end = start(row + 1);
      for (int i = start(row); i < end; i++) {
        sum = Math.fma(weights[i], parameters[offset + tableRows[i]], sum);
      }
      y[row * stride] = sum;
    }
  }

  /** A bound on what {@link #gradients} hands over, for dy of at most this magnitude. */
  double gradientBound(float dyMax) {
    return gradientBound(dyMax, 0f);
  }

  /** As {@link #gradientBound(float)}, if each entry adds weight² times what is at most own. */
  double gradientBound(float dyMax, float ownMax) {
    double weightMax = active.weightMax();
    return active.count() * (weightMax * dyMax + weightMax * weightMax * ownMax);
  }

  /** Σ (weight·|table[index]|)² over the entries of a row. */
  float squares(int row, float[] parameters, Workspace workspace) {
    float[] weights = active.weights();
    float sum = 0f;
    for (int i = start(row); i < start(row + 1); i++) {
      sum = Math.fma(weights[i] * weights[i], norm(i, parameters, workspace), sum);
    }
    return sum;
  }

  /** Σ weight² over the entries of all rows. */
  float squares() {
    return active.squares();
  }

  /** |table[index]|² of an entry. */
  private float norm(int i, float[] parameters, Workspace workspace) {
    return kernels.dot(parameters, at(i), parameters, at(i), columns, workspace);
  }

  /** The largest magnitude in the rows that the batch uses. */
  float maxMagnitude(float[] parameters) {
    float max = 0f;
    for (int i = 0; i < active.count(); i++) {
      max = Math.max(max, kernels.maxMagnitude(parameters, at(i), columns));
    }
    return max;
  }

  /** Hands over the gradient of every row that the batch uses; dy [rows][stride]. */
  void gradients(float[] dy, GradientSink sink) {
    if (active.rows() == 1
        && fieldStride == 0
        && sink.takesProducts(parameter)
        && active.areDistinct()) {
      product.begin(offset, columns, active.tableRows(), active.weights(), active.count());
      sink.acceptProduct(parameter, product.of(dy, 0, columns));
      return;
    }
    sumGradients(dy);
    handOver(sink);
  }

  private void handOver(GradientSink sink) {
    DistinctRows taught = active.distinct();
    sink.acceptRows(parameter, taught.rows(), taught.count(), gradient);
  }

  /**
   * As {@link #gradients}, but less own·weight²·table[index] for each entry, own [rows] being of
   * its row: what an entry would have with itself.
   */
  void gradientsWithoutOwn(float[] dy, float[] own, float[] parameters, GradientSink sink) {
    sumGradients(dy);
    int[] places = active.distinct().places();
    float[] weights = active.weights();
    for (int row = 0; row < active.rows(); row++) {
      for (int i = start(row); i < start(row + 1); i++) {
        float factor = -own[row] * (weights[i] * weights[i]);
        kernels.axpy(factor, parameters, at(i), gradient, places[i] * columns, columns);
      }
    }
    handOver(sink);
  }

  private void sumGradients(float[] dy) {
    DistinctRows taught = active.distinct();
    int needed = Math.multiplyExact(taught.count(), columns);
    if (needed > gradient.length) {
      gradient = new float[Math.multiplyExact(taught.rows().length, columns)];
    }
    Arrays.fill(gradient, 0, needed, 0f);
    int[] places = taught.places();
    float[] weights = active.weights();
    for (int row = 0; row < active.rows(); row++) {
      int end = start(row + 1);
      if (isScalar) {
        float factor = dy[row * stride];
        for (int i = start(row); i < end; i++) {
          gradient[places[i]] = Math.fma(weights[i], factor, gradient[places[i]]);
        }
      } else {
        for (int i = start(row); i < end; i++) {
          kernels.axpy(weights[i], dy, target(i, row), gradient, places[i] * columns, columns);
        }
      }
    }
  }

  /** gradient[entry] += Σ dy·table[index] over ascending columns; dy [rows][stride]. */
  void addEntryGradients(float[] dy, float[] parameters, float[] gradient) {
    int[] numbers = active.numbers();
    for (int row = 0; row < active.rows(); row++) {
      for (int i = start(row); i < start(row + 1); i++) {
        int from = target(i, row);
        float sum = gradient[numbers[i]];
        for (int j = 0; j < columns; j++) {
          sum = Math.fma(dy[from + j], parameters[at(i) + j], sum);
        }
        gradient[numbers[i]] = sum;
      }
    }
  }

  /** gradient[entry] -= own·weight·|table[index]|², own [rows] being of its row. */
  void subtractOwn(float[] own, float[] parameters, float[] gradient, Workspace workspace) {
    int[] numbers = active.numbers();
    for (int row = 0; row < active.rows(); row++) {
      for (int i = start(row); i < start(row + 1); i++) {
        float factor = -own[row] * weight(i);
        int number = numbers[i];
        gradient[number] = Math.fma(factor, norm(i, parameters, workspace), gradient[number]);
      }
    }
  }

  /** Shows the row of a category, by its index over all fields, if the table has it. */
  void visitCategory(int index, Layer.TableRow to) {
    int first = 0;
    for (Inputs.Field field : categories.fields()) {
      if (index >= field.base() && index < field.base() + field.size()) {
        to.accept(parameter, first + index - field.base());
      }
      first += field.size();
    }
  }

  /** Shows the row of every entry of the rows at hand. */
  void visitRows(Layer.Range range) {
    for (int i = 0; i < active.count(); i++) {
      range.accept(at(i), columns);
    }
  }
}
