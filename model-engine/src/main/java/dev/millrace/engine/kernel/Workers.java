package dev.millrace.engine.kernel;

/**
 * Threads among which one computation is shared out. Shares are ranges of columns or inputs, each
 * computed as if alone, so that the bits do not depend on how many threads there are.
 */
public interface Workers {
  /** The calling thread alone. */
  Workers ONE =
      new Workers() {
        @Override
        public int count() {
          return 1;
        }

        @Override
        public void run(Share share) {
          share.run(0);
        }
      };

  /** What one of the workers does. */
  @FunctionalInterface
  interface Share {
    /** Does the share of a worker, from 0; must not throw. */
    void run(int worker);
  }

  /** The number of workers, the calling thread among them. */
  int count();

  /** Runs the share of every worker, and returns when all are done. */
  void run(Share share);

  /**
   * Where the range of a worker begins, of so many items; that of the next begins where it ends.
   */
  static int from(int worker, int workers, int items) {
    return (int) ((long) items * worker / workers);
  }
}
