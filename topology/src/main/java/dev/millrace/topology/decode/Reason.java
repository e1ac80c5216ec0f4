package dev.millrace.topology.decode;

import java.util.Locale;

/** Why an event was dead-lettered. */
public enum Reason {
  /** The record has no value: a tombstone, or nothing to predict from. */
  EMPTY,
  /** The record's key is longer than the topic of predictions could take. */
  KEY_TOO_LARGE,
  /** The value does not begin with the Confluent wire format's byte 0 and a schema id. */
  NOT_WIRE_FORMAT,
  /** The registry says that the schema id does not exist. */
  UNKNOWN_SCHEMA,
  /** The schema cannot give the pipeline's features or label. */
  SCHEMA_MISMATCH,
  /** The bytes end within a value. */
  TRUNCATED,
  /** Bytes remain after the last field. */
  TRAILING_BYTES,
  /** A variable-length integer is too long. */
  BAD_VARINT,
  /** A union branch, enum symbol or boolean that the schema does not have. */
  BAD_INDEX,
  /** A negative length, or more items than the bytes can hold. */
  BAD_LENGTH,
  /** A string that is not UTF-8. */
  INVALID_UTF8,
  /** A number that is not finite as a 32-bit float. */
  NOT_FINITE,
  /** A vector of another length than the pipeline states. */
  WRONG_LENGTH,
  /** A label that is none of the classes. */
  UNKNOWN_LABEL,
  /** A weight that is less than 0, or such a label where the loss is one of counts. */
  NEGATIVE;

  /** The name in metrics and headers: {@code invalid_utf8}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The reason with the label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Reason of(String label) {
    for (Reason reason : values()) {
      if (reason.label().equals(label)) {
        return reason;
      }
    }
    throw new IllegalArgumentException("there is no reason '" + label + "'");
  }
}
