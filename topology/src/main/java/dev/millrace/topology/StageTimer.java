package dev.millrace.topology;

/** Told when an event has passed a stage of its way, on the thread that takes it there. */
public interface StageTimer {
  /** What an event's time is spent on. */
  enum Stage {
    DECODE,
    FEATURIZE,
    PREDICT,
    LEARN,
    COMMIT
  }

  /** For who does not care. */
  StageTimer NONE =
      new StageTimer() {
        @Override
        public void begin(boolean commit) {}

        @Override
        public void end(Stage stage) {}
      };

  /** An event begins its way, or the work before a commit begins. */
  void begin(boolean commit);

  /** It has passed the stage; the next one begins. */
  void end(Stage stage);
}
