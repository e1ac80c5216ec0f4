package dev.millrace.topology;

import java.time.Duration;

/**
 * Told how a pipeline gets on until it runs; on threads of Kafka Streams, which it must not hold.
 */
public interface StartListener {
  /** For who does not care. */
  StartListener NONE =
      new StartListener() {
        @Override
        public void restoring(Restoring progress) {}

        @Override
        public void running(Duration sinceStart) {}
      };

  /** At the beginning and the end of each model that is read back, and about once a second. */
  void restoring(Restoring progress);

  /** All models are there, and events are read; once in a pipeline's life. */
  void running(Duration sinceStart);

  /** Tells one, then the other. */
  static StartListener both(StartListener one, StartListener other) {
    return new StartListener() {
      @Override
      public void restoring(Restoring progress) {
        one.restoring(progress);
        other.restoring(progress);
      }

      @Override
      public void running(Duration sinceStart) {
        one.running(sinceStart);
        other.running(sinceStart);
      }
    };
  }
}
