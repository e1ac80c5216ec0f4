package dev.millrace.topology.store;

import dev.millrace.engine.Learner;
import dev.millrace.schemas.Control;
import java.time.Instant;

/**
 * What the control topic has made of a model's learning so far.
 *
 * @param taken its records that were taken up, refused ones among them
 * @param nextOffset one more than the offset of the last of them
 * @param paused whether nothing is learned
 */
public record Controls(long taken, long nextOffset, boolean paused) {
  /** Before the first of them. */
  public static final Controls NONE = new Controls(0, 0, false);

  /**
   * With one more record, which asks for this.
   *
   * @param learner null before there is a model
   * @throws RefusedControlException if it cannot be done
   */
  public Controls after(Control control, Learner learner) {
    return switch (control.action()) {
      case PAUSE -> new Controls(taken, nextOffset, true);
      case RESUME -> new Controls(taken, nextOffset, false);
      default -> throw new RefusedControlException("unknown action");
    };
  }

  /** With a record taken up. */
  public Controls taken(long offset) {
    return new Controls(taken + 1, offset + 1, paused);
  }

  /** What was asked, by whom and when, as the lineage tells it. */
  public static String words(Control control, long offset) {
    return "%s, asked by %s at %s, control %d%s"
        .formatted(
            control.action(),
            control.who(),
            Instant.ofEpochMilli(control.at()),
            offset,
            control.reason() == null ? "" : ": " + control.reason());
  }

  /** Makes a model learn as it should; every event that waits has been predicted. */
  public void applyTo(Learner learner) {
    learner.hold(paused);
  }
}
