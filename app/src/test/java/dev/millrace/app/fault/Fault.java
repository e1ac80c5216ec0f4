package dev.millrace.app.fault;

import org.apache.kafka.common.protocol.Errors;

/**
 * What happens to one request.
 *
 * @param error what the broker seems to answer, if it is {@link Kind#REFUSED}
 */
public record Fault(Kind kind, Errors error) {
  /** Kinds of faults. */
  public enum Kind {
    /** Goes on a second and a half later, and with it all that follows on its connection. */
    DELAYED,
    /** Never reaches the broker: the connection breaks. */
    CUT,
    /** Never reaches the broker, nor does anything that follows; the connection stays open. */
    SWALLOWED,
    /** Is done by the broker, and the connection breaks before its client knows. */
    ANSWER_LOST,
    /** Never reaches the broker, and is answered with an error. */
    REFUSED
  }

  public static final Fault DELAYED = new Fault(Kind.DELAYED, Errors.NONE);
  public static final Fault CUT = new Fault(Kind.CUT, Errors.NONE);
  public static final Fault SWALLOWED = new Fault(Kind.SWALLOWED, Errors.NONE);
  public static final Fault ANSWER_LOST = new Fault(Kind.ANSWER_LOST, Errors.NONE);

  /** An answer that says no. */
  public static Fault refused(Errors error) {
    return new Fault(Kind.REFUSED, error);
  }
}
