package dev.millrace.app.data;

import dev.millrace.topology.decode.IsoTime;

/** Gathers, cell by cell, what {@link CellShape} says. */
final class CellShapes {
  private static final long DAY_MILLIS = 86_400_000;

  private final DistinctValues words = new DistinctValues(ColumnTypes.DISTINCT_MAX, 0);
  private double min = Double.NaN;
  private double max = Double.NaN;
  private long count;
  private double mean;
  private double m2;
  private double m3;
  private long rows;
  private double first;
  private boolean counting = true;
  private long texts;
  private long allWords;
  private boolean isoDates = true;
  private boolean timed;

  /** A row, whatever it has here. */
  void row(double number) {
    first = rows == 0 ? number : first;
    counting &= (first == 0 || first == 1) && number == first + rows;
    rows++;
  }

  /** The running third moment (Pébay 2008). */
  void number(double value) {
    min = count == 0 ? value : Math.min(min, value);
    max = count == 0 ? value : Math.max(max, value);
    double n = ++count;
    double delta = value - mean;
    double step = delta / n;
    double term = delta * step * (n - 1);
    mean += step;
    m3 += term * step * (n - 2) - 3 * step * m2;
    m2 += term;
  }

  void text(byte[] bytes, int start, int length) {
    texts++;
    if (isoDates) {
      long millis = IsoTime.millis(bytes, start, length);
      isoDates = millis != IsoTime.NONE;
      timed |= isoDates && Math.floorMod(millis, DAY_MILLIS) != 0;
    }
    int from = start;
    for (int i = start; i <= start + length; i++) {
      if (i == start + length || bytes[i] == ' ') {
        if (i > from) {
          allWords++;
          words.add(bytes, from, i - from);
        }
        from = i + 1;
      }
    }
  }

  CellShape shape(boolean nominal) {
    double deviation = count == 0 ? 0 : Math.sqrt(m2 / count);
    double skewness = deviation == 0 ? 0 : m3 / count / (deviation * deviation * deviation);
    return new CellShape(
        min,
        max,
        Double.isFinite(skewness) ? skewness : 0,
        counting && rows > 1,
        texts == 0 ? 0 : (double) allWords / texts,
        words.count(),
        isoDates && texts > 0,
        timed,
        nominal);
  }
}
