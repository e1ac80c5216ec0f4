package dev.millrace.topology;

import dev.millrace.schemas.Control;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.schemas.wire.WireFormatException;

/** Reads what stands on a control topic. */
final class ControlRecords {
  private static final byte[] NOTHING = {};

  /** The log repeats a record, and a topic takes no more than 1 MiB unless told to. */
  static final int BYTES_MAX = 1 << 16;

  private ControlRecords() {}

  /**
   * What a record asks.
   *
   * @param schemaId of {@link Control} as it is registered
   * @throws WireFormatException if it is not of that schema
   */
  static Control read(byte[] value, int schemaId) {
    byte[] framed = value == null ? NOTHING : value;
    if (framed.length > BYTES_MAX) {
      throw new WireFormatException(
          WireFormatException.Kind.OTHER,
          "the record has %d bytes; at most %d can be taken".formatted(framed.length, BYTES_MAX));
    }
    int id = WireFormat.schemaId(framed);
    if (id != schemaId) {
      throw new WireFormatException(
          WireFormatException.Kind.OTHER,
          "the record has schema id %d; a control has %d, %s"
              .formatted(id, schemaId, Control.SCHEMA.getFullName()));
    }
    return Control.decode(framed);
  }
}
