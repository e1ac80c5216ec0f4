package dev.millrace.app.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** One line that shows how far a command is, on a terminal only. */
final class ProgressLine {
  private static final long INTERVAL_NS = 200_000_000L;
  private static final int BAR = 30;

  private final PrintWriter err;
  private final boolean shown;
  private final long startNs = System.nanoTime();
  private long lastNs = startNs;

  ProgressLine(PrintWriter err) {
    this.err = err;
    this.shown = Terminal.isThere();
  }

  /** Whether there is a terminal to show it on. */
  boolean isShown() {
    return shown;
  }

  /**
   * @param share of the work, 0 to 1
   */
  void update(long count, double share) {
    long now = System.nanoTime();
    if (!shown || now - lastNs < INTERVAL_NS) {
      return;
    }
    lastNs = now;
    int done = (int) Math.round(BAR * Math.min(1, share));
    err.printf(
        Locale.ROOT,
        "\r[%s%s] %3.0f%%  %d  %.0f/s ",
        "#".repeat(done),
        "-".repeat(BAR - done),
        100 * share,
        count,
        count / seconds());
    err.flush();
  }

  double seconds() {
    return Math.max(1e-9, (System.nanoTime() - startNs) / 1e9);
  }

  void clear() {
    if (shown && lastNs != startNs) {
      err.print("\r" + " ".repeat(BAR + 40) + "\r");
      err.flush();
    }
  }
}
