package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.DenseShape;
import dev.millrace.engine.kernel.Panels;
import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.Products;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import java.util.Arrays;

/**
 * The three products of a dense layer, each shared out among the workers where it is large enough:
 * the forward pass and the weight gradient by groups of panels, the input gradient by inputs. A
 * share computes whole chains, so the bits are those of one worker.
 */
final class DenseProducts {
  /**
   * Multiply-adds from which a second thread saves more than it costs, measured: see RESULTS.md.
   */
  private static final long PAYS = 2_000_000;

  private static final int UNKNOWN = -1;

  private final DenseShape shape;
  private final Parameter kernel;
  private final Signal x;
  private final Products products;
  private final Workspace workspace;
  private final Workers workers;
  private final ProductGradient product = new ProductGradient();
  private final int[] active; // inputs that are not 0
  private final float[] factors;
  private int found; // how many these are of the row at hand, or UNKNOWN
  private final Workers.Share forward = this::forwardShare;
  private final Workers.Share weightGradient = this::weightGradientShare;
  private final Workers.Share inputGradient = this::inputGradientShare;

  // what the shares of the product at hand need
  private int rows;
  private int shares;
  private float[] parameters;
  private float[] result;
  private float[] dz;
  private GradientSink sink;

  DenseProducts(
      DenseShape shape, Parameter kernel, Signal x, Products products, Workspace workspace) {
    this.shape = shape;
    this.kernel = kernel;
    this.x = x;
    this.products = products;
    this.workspace = workspace;
    workers = workspace.workers();
    active = new int[shape.inputs()];
    factors = new float[shape.inputs()];
  }

  /** z [rows][units] = x·W + b. */
  void forward(float[] parameters, float[] z, int rows) {
    this.parameters = parameters;
    result = z;
    found = UNKNOWN;
    products.packRows(x.values(), x.offset(), rows, shape.inputs(), workspace);
    run(forward, rows, true);
  }

  private void forwardShare(int worker) {
    int from = shape.firstPanel(worker, shares);
    int panels = shape.firstPanel(worker + 1, shares) - from;
    products.forward(
        shape, x.values(), x.offset(), parameters, result, rows, from, panels, workspace);
  }

  /** dx [rows][inputs] = dz·Wᵀ; of one row, 0 where that of x counts for nothing. */
  void inputGradient(float[] parameters, float[] dz, float[] dx, int rows) {
    if (rows == 1 && x.isZeroFlat() && !isShared(1)) {
      Arrays.fill(dx, 0, shape.inputs(), 0f);
      products.inputGradientOfOne(shape, dz, parameters, dx, active, findActive());
      return;
    }
    this.parameters = parameters;
    this.dz = dz;
    result = dx;
    products.prepareInputGradient(shape, dz, rows, workspace);
    run(inputGradient, rows, true);
  }

  private void inputGradientShare(int worker) {
    int from = shape.firstInput(worker, shares);
    int to = shape.firstInput(worker + 1, shares);
    products.inputGradient(shape, dz, parameters, result, rows, from, to - from, workspace);
  }

  /**
   * Hands over dW [inputs][units] = xᵀ·dz, slab by slab, so that what takes it finds it in the
   * cache.
   *
   * @param workspace holds dz in panels
   */
  void weightGradient(int rows, GradientSink sink) {
    this.sink = sink;
    products.packColumns(x.values(), x.offset(), rows, shape.inputs(), workspace);
    run(weightGradient, rows, sink.isConcurrent());
  }

  /**
   * Hands over dW of one row, which is the product of x and dz: of the inputs that are not 0, as
   * the gradient of the others is.
   *
   * @param db dz filled up to whole panels with zeros
   */
  void weightGradientOfOne(float[] dz, float[] db, GradientSink sink) {
    product.begin(shape.at(0, 0), Panels.WIDTH, active, factors, findActive());
    if (shape.outputs() == 1) {
      sink.acceptProduct(kernel, product.of(dz, 0, 1));
      return;
    }
    for (int panel = 0; panel < shape.panels(); panel++) {
      product.from(shape.at(panel, 0)).of(db, panel * Panels.WIDTH, Panels.WIDTH);
      sink.acceptProduct(kernel, product);
    }
  }

  /** Lists the inputs of the one row that are not 0, and returns how many they are. */
  private int findActive() {
    if (found != UNKNOWN) {
      return found;
    }
    int inputs = shape.inputs();
    float[] values = x.values();
    int from = x.offset();
    int count = 0;
    for (int k = 0; k < inputs; k++) {
      float value = values[from + k];
      active[count] = k;
      factors[count] = value;
      count += value != 0 ? 1 : 0;
    }
    found = count;
    return count;
  }

  private void weightGradientShare(int worker) {
    float[] g = workspace.slab(worker);
    int end = shape.firstPanel(worker + 1, shares);
    for (int panel = shape.firstPanel(worker, shares); panel < end; panel += Products.PANELS_MAX) {
      int panels = Math.min(Products.PANELS_MAX, end - panel);
      for (int k = 0; k < shape.inputs(); k += Products.SLAB) {
        int count = Math.min(Products.SLAB, shape.inputs() - k);
        products.weightGradient(rows, panel, panels, k, count, g, workspace);
        for (int p = 0; p < panels; p++) {
          int at = shape.at(panel + p, k);
          sink.accept(kernel, at, g, p * Products.SLAB_LENGTH, count * Panels.WIDTH);
        }
      }
    }
  }

  /** Whether one row's dW is handed over by {@link #weightGradientOfOne}. */
  boolean isHandedOverAsProduct(GradientSink sink) {
    return !isShared(1) && sink.takesProducts(kernel);
  }

  /** Whether products of so many rows are worth sharing out. */
  private boolean isShared(int rows) {
    return workers.count() > 1 && (long) rows * shape.inputs() * shape.outputs() >= PAYS;
  }

  private void run(Workers.Share share, int rows, boolean concurrently) {
    this.rows = rows;
    shares = concurrently && isShared(rows) ? workers.count() : 1;
    if (shares == 1) {
      share.run(0);
    } else {
      workers.run(share);
    }
  }
}
