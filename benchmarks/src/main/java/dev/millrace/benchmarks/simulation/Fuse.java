package dev.millrace.benchmarks.simulation;

/**
 * Where a process will come to its end. A fuse that is lit counts the places it passes, and the
 * process dies at the last of them.
 */
final class Fuse {
  /** Places where a process can die on its way. */
  enum Place {
    BLOCK(Occurrence.CRASH_AT_A_BLOCK, 30),
    OUTPUT(Occurrence.CRASH_AT_AN_OUTPUT, 80),
    BEFORE_THE_END(Occurrence.CRASH_BEFORE_THE_END, 3),
    ANSWER_LOST_COMMITTED(Occurrence.ANSWER_LOST_COMMITTED, 3),
    ANSWER_LOST_ABORTED(Occurrence.ANSWER_LOST_ABORTED, 3),
    AFTER_THE_END(Occurrence.CRASH_AFTER_THE_END, 3);

    final Occurrence occurrence;
    final int passesMax;

    Place(Occurrence occurrence, int passesMax) {
      this.occurrence = occurrence;
      this.passesMax = passesMax;
    }

    /** Whether the process may be alive, and only not know what became of its commit. */
    boolean mayLiveOn() {
      return this == ANSWER_LOST_COMMITTED || this == ANSWER_LOST_ABORTED;
    }
  }

  /** A process has died, or heard nothing of its commit. */
  static final class Burnt extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final transient Place place;

    Burnt(Place place) {
      super(place.name(), null, false, false);
      this.place = place;
    }
  }

  private Place place; // null if it is not lit
  private int left;

  void light(Place place, int passes) {
    this.place = place;
    left = passes;
  }

  void putOut() {
    place = null;
  }

  /** Whether it is lit for a place, and the time has come. */
  boolean burns(Place at) {
    if (place != at || --left > 0) {
      return false;
    }
    place = null;
    return true;
  }

  /** Dies if it is time. */
  void pass(Place at) {
    if (burns(at)) {
      throw new Burnt(at);
    }
  }
}
