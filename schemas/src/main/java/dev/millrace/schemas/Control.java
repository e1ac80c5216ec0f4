package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import dev.millrace.schemas.wire.WireFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * What somebody wants a model to do. The components are those of {@code Control.avsc}, which gives
 * their units and ranges.
 */
public record Control(
    String id,
    Action action,
    Double value,
    List<String> layers,
    String who,
    long at,
    String reason) {
  public static final Schema SCHEMA = MillraceSchemas.CONTROL;

  private static final int BYTES_EXPECTED = 256;

  /** What to do, in the order of the schema's symbols. */
  public enum Action {
    PAUSE,
    RESUME,
    LEARNING_RATE,
    FREEZE,
    UNFREEZE,
    RESET;

    /** The symbol. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Copies the list. */
  public Control {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(who, "who");
    layers = List.copyOf(layers);
  }

  /** The framed Avro encoding. */
  public byte[] encode(int schemaId) {
    FrameEncoder out = new FrameEncoder(schemaId, BYTES_EXPECTED);
    write(out);
    return out.frame();
  }

  void write(FrameEncoder out) {
    out.writeString(id);
    out.writeEnum(action.ordinal());
    out.writeNullable(value);
    out.setItemCount(layers.size());
    layers.forEach(out::writeString);
    out.writeArrayEnd();
    out.writeString(who);
    out.writeLong(at);
    out.writeNullable(reason);
  }

  /**
   * Reads what {@link #encode} writes, under this version of the schema.
   *
   * @throws WireFormatException if these bytes are anything else
   */
  public static Control decode(byte[] framed) {
    FrameDecoder in = new FrameDecoder(framed);
    Control control = read(in);
    in.end();
    return control;
  }

  static Control read(FrameDecoder in) {
    return new Control(
        in.readString(),
        Action.values()[in.readIndex(Action.values().length)],
        in.readNullableDouble(),
        readLayers(in),
        in.readString(),
        in.readLong(),
        in.readNullableString());
  }

  private static List<String> readLayers(FrameDecoder in) {
    List<String> layers = new ArrayList<>();
    for (int count; (count = in.readBlockCount(1)) != 0; ) {
      for (int i = 0; i < count; i++) {
        layers.add(in.readString());
      }
    }
    return layers;
  }
}
