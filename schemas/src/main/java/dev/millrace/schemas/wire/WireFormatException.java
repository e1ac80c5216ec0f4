package dev.millrace.schemas.wire;

/**
 * Bytes that are not what they should be: a fact about a record, never about this program. The
 * message says what was expected and what was found, fit for a dead-letter header. Carries no stack
 * trace: bad input may come in floods.
 */
public final class WireFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the bytes. */
  public enum Kind {
    /** They do not begin with byte 0 and a schema id. */
    NOT_WIRE_FORMAT,
    /** They end within a value. */
    TRUNCATED,
    /** Bytes remain after the value. */
    TRAILING_BYTES,
    /** A variable-length integer is too long. */
    BAD_VARINT,
    /** A union branch, enum symbol or boolean that the schema does not have. */
    BAD_INDEX,
    /** A negative length, or more items than the bytes can hold. */
    BAD_LENGTH,
    /** A string that is not UTF-8. */
    INVALID_UTF8,
    /** A value of another schema, or one that cannot be shown. */
    OTHER
  }

  private final Kind kind;

  public WireFormatException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
