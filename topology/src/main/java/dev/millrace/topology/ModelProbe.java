package dev.millrace.topology;

import dev.millrace.engine.Outcome;

/**
 * Looks at models from within. It sees them on the thread that learns them, and must neither hold
 * that nor change anything; what it keeps it copies.
 */
public interface ModelProbe {
  /** For who does not care. */
  ModelProbe NONE =
      new ModelProbe() {
        @Override
        public StageTimer timer(int partition) {
          return StageTimer.NONE;
        }

        @Override
        public void predicted(int partition, Outcome outcome) {}

        @Override
        public void look(int partition, LearningLoop loop) {}
      };

  /** Who times the events of a partition. */
  StageTimer timer(int partition);

  /** Called with what was said of each event; one object, reused. */
  void predicted(int partition, Outcome outcome);

  /** Called before each commit, when all that came before it is predicted and learned. */
  void look(int partition, LearningLoop loop);
}
