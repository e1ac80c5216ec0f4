package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import java.util.Arrays;

/**
 * What flows from one layer to those that read it: y [rows][width], and the gradient dy of the loss
 * by it. Where several layers read it, dy is the sum of what each hands back, in the order in which
 * they do.
 */
public final class Signal {
  private final int width;
  private final int maxRows;
  private final boolean ofLayer;
  private float[] values;
  private int offset;
  private float[] gradient;
  private boolean wanted;
  private boolean begun;
  private boolean zeroIsFlat;

  // of what a caller provides, which many may read: known of so many rows
  private int magnitudeRows;
  private float magnitude;
  private int squaresRows;
  private float squares;

  private Signal(int width, int maxRows, boolean ofLayer) {
    this.width = width;
    this.maxRows = maxRows;
    this.ofLayer = ofLayer;
  }

  /** A signal that a layer computes, with arrays of its own. */
  public static Signal ofLayer(int width, int maxRows) {
    Signal signal = new Signal(width, maxRows, true);
    signal.values = new float[Math.multiplyExact(width, maxRows)];
    signal.want(true);
    return signal;
  }

  /** A signal that a caller provides by {@link #view}; its gradient is asked for seldom. */
  public static Signal ofCaller(int width, int maxRows) {
    return new Signal(width, maxRows, false);
  }

  /** Whether its values always lie in one array, from index 0. */
  boolean isOfLayer() {
    return ofLayer;
  }

  /** Makes the rows from an offset of the caller's array this signal's values. */
  public void view(float[] x, int from) {
    values = x;
    offset = from;
    magnitudeRows = 0;
    squaresRows = 0;
  }

  /** Says whether readers hand gradients back. */
  public void want(boolean gradientIsWanted) {
    wanted = gradientIsWanted;
    if (wanted && gradient == null) {
      gradient = new float[Math.multiplyExact(width, maxRows)];
    }
  }

  /** Says that where a value is 0 its gradient counts for nothing, as a relu does. */
  void zeroIsFlat() {
    zeroIsFlat = true;
  }

  /** Whether the gradient of a value that is 0 need not be handed back. */
  boolean isZeroFlat() {
    return zeroIsFlat;
  }

  /** The width of a row. */
  public int width() {
    return width;
  }

  /** y, from {@link #offset} on. */
  public float[] values() {
    return values;
  }

  /** Where the first row begins in {@link #values}. */
  public int offset() {
    return offset;
  }

  /** The largest magnitude in some rows. */
  float maxMagnitude(int rows, Kernels kernels) {
    if (ofLayer || magnitudeRows != rows) {
      magnitude = kernels.maxMagnitude(values, offset, rows * width);
      magnitudeRows = rows;
    }
    return magnitude;
  }

  /** The sum over some rows of the squared length of each. */
  float squares(int rows, Kernels kernels, Workspace workspace) {
    if (ofLayer || squaresRows != rows) {
      squares = 0f;
      for (int row = 0; row < rows; row++) {
        int at = offset + row * width;
        squares += kernels.dot(values, at, values, at, width, workspace);
      }
      squaresRows = rows;
    }
    return squares;
  }

  /** dy [rows][width], once every reader has handed its part back. */
  public float[] gradient() {
    return gradient;
  }

  /** Whether readers hand gradients back. */
  public boolean isWanted() {
    return wanted;
  }

  /** Before a backward pass: nobody has handed a gradient back. */
  public void clearGradient() {
    begun = false;
  }

  /** Says that the loss has written {@link #gradient}. */
  public void gradientIsWritten() {
    begun = true;
  }

  /** Where a reader writes its part of dy: the array itself if it is the first, else scratch. */
  float[] gradientPart(float[] scratch) {
    return begun ? scratch : gradient;
  }

  /** Takes a reader's part of dy, [rows][width], which may lie where {@link #gradientPart} said. */
  void takeGradientPart(float[] part, int rows) {
    int length = rows * width;
    if (begun) {
      for (int i = 0; i < length; i++) {
        gradient[i] += part[i];
      }
    } else if (part != gradient) {
      System.arraycopy(part, 0, gradient, 0, length);
    }
    begun = true;
  }

  /** Makes dy 0 if nobody has handed anything back. */
  public void finishGradient(int rows) {
    if (!begun) {
      Arrays.fill(gradient, 0, rows * width, 0f);
      begun = true;
    }
  }
}
