package dev.millrace.benchmarks.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Curves over two logarithmic axes, as an SVG that reads well on light and dark pages.
 *
 * @param title what is shown
 * @param x the horizontal axis, with its unit
 * @param y the vertical axis, with its unit
 * @param curves at least one, all at the same places
 */
public record Chart(String title, String x, String y, List<Curve> curves) {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 76;
  private static final int RIGHT = 156;
  private static final int TOP = 40;
  private static final int BOTTOM = 54;

  private static final String STYLE =
      """
      <style>
        svg { background: #ffffff; font: 13px system-ui, sans-serif; }
        text { fill: #1f2933; }
        .grid { stroke: #d9dee4; }
        .c0 { stroke: #0b62c4; fill: #0b62c4; }
        .c1 { stroke: #b4540a; fill: #b4540a; stroke-dasharray: 6 4; }
        .c2 { stroke: #2b7a3d; fill: #2b7a3d; stroke-dasharray: 2 3; }
        polyline { fill: none !important; stroke-width: 2; }
        .name { stroke: none; }
        @media (prefers-color-scheme: dark) {
          svg { background: #14181f; }
          text { fill: #d6dde6; }
          .grid { stroke: #37404d; }
          .c0 { stroke: #7cc4ff; fill: #7cc4ff; }
          .c1 { stroke: #ffb774; fill: #ffb774; }
          .c2 { stroke: #8fd3a6; fill: #8fd3a6; }
        }
      </style>
      """;

  /**
   * One line of the chart.
   *
   * @param x greater than 0, ascending
   * @param y greater than 0, one for each x
   */
  public record Curve(String name, double[] x, double[] y) {
    public Curve {
      if (x.length == 0 || x.length != y.length) {
        throw new IllegalArgumentException(
            "a curve has as many y as x, x=" + x.length + ", y=" + y.length);
      }
      if (Arrays.stream(x).anyMatch(v -> !(v > 0)) || Arrays.stream(y).anyMatch(v -> !(v > 0))) {
        throw new IllegalArgumentException("a logarithmic axis has no place for 0, curve=" + name);
      }
    }
  }

  public Chart {
    curves = List.copyOf(curves);
    if (curves.isEmpty() || curves.size() > 3) {
      throw new IllegalArgumentException("a chart has 1 to 3 curves, curves=" + curves.size());
    }
  }

  /** The document. */
  public String svg() {
    double[] at = curves.getFirst().x();
    Axis across = new Axis(at[0], at[at.length - 1], LEFT, WIDTH - RIGHT);
    double least = curves.stream().flatMapToDouble(c -> Arrays.stream(c.y())).min().getAsDouble();
    double most = curves.stream().flatMapToDouble(c -> Arrays.stream(c.y())).max().getAsDouble();
    double[] ticks = ticks(least, most);
    Axis up = new Axis(ticks[0], ticks[ticks.length - 1], HEIGHT - BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\""
            + " aria-label=\"%s\">%n",
        WIDTH,
        HEIGHT,
        WIDTH,
        escaped(title));
    svg.append(STYLE);
    text(svg, LEFT, 22, "start", title);
    for (double tick : at) {
      double place = across.place(tick);
      line(svg, place, TOP, place, HEIGHT - BOTTOM);
      text(svg, place, HEIGHT - BOTTOM + 18, "middle", number(tick));
    }
    for (double tick : ticks) {
      line(svg, LEFT, up.place(tick), WIDTH - RIGHT, up.place(tick));
      text(svg, LEFT - 8, up.place(tick) + 4, "end", number(tick));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", x);
    add(
        svg,
        "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
        (TOP + HEIGHT - BOTTOM) / 2,
        escaped(y));
    for (int i = 0; i < curves.size(); i++) {
      curve(svg, curves.get(i), "c" + i, across, up, i);
    }
    return svg.append("</svg>\n").toString();
  }

  /**
   * Where the vertical axis has lines, the first at most as large as all values and the last at
   * least: powers of ten, with 2 and 5 times those if all values lie within a factor of 50.
   */
  static double[] ticks(double least, double most) {
    double[] steps = most / least <= 50 ? new double[] {1, 2, 5} : new double[] {1};
    List<Double> ticks = new ArrayList<>();
    double decade = Math.pow(10, Math.floor(Math.log10(least)));
    while (ticks.isEmpty() || ticks.getLast() < most) {
      for (double step : steps) {
        double tick = step * decade;
        if (tick <= least) {
          ticks.clear(); // a later one is a better beginning
        }
        if (ticks.isEmpty() || ticks.getLast() < most) {
          ticks.add(tick);
        }
      }
      decade *= 10;
    }
    return ticks.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void curve(
      StringBuilder svg, Curve curve, String style, Axis across, Axis up, int order) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < curve.x().length; i++) {
      add(points, "%.1f,%.1f ", across.place(curve.x()[i]), up.place(curve.y()[i]));
    }
    add(svg, "<polyline class=\"%s\" points=\"%s\"/>%n", style, points.toString().strip());
    double legend = TOP + 16 + 22.0 * order;
    double begin = WIDTH - RIGHT + 12;
    add(
        svg,
        "<line class=\"%s\" stroke-width=\"2\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
        style,
        begin,
        legend - 4,
        begin + 22,
        legend - 4);
    text(svg, begin + 28, legend, "start", curve.name());
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    add(
        svg,
        "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
        x1,
        y1,
        x2,
        y2);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    add(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        x,
        y,
        anchor,
        escaped(text));
  }

  private static void add(StringBuilder svg, String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format.replace("%n", "\n"), arguments));
  }

  private static String number(double value) {
    return value >= 1
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%s", (float) value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  /** Where a value lies between two ends of the drawing. */
  private record Axis(double low, double high, double from, double to) {
    double place(double value) {
      if (low == high) {
        return (from + to) / 2;
      }
      return from + (to - from) * Math.log(value / low) / Math.log(high / low);
    }
  }
}
