package dev.millrace.app.cli;

/** Lets events pass at a rate, by their number since the start: a late one delays no other. */
final class Pace {
  private final double nsPerEvent;
  private final long startNs = System.nanoTime();

  /**
   * @param eventsPerSecond may be infinite
   */
  Pace(double eventsPerSecond) {
    nsPerEvent = 1e9 / eventsPerSecond;
  }

  /** Waits until the event with this number, from 0, is due. */
  void await(long event) throws InterruptedException {
    if (nsPerEvent == 0) {
      return;
    }
    long aheadNs = startNs + (long) (event * nsPerEvent) - System.nanoTime();
    if (aheadNs > 0) {
      Thread.sleep(aheadNs / 1_000_000, (int) (aheadNs % 1_000_000));
    }
  }
}
