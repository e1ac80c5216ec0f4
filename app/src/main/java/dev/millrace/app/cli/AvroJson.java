package dev.millrace.app.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.WireFormatException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import org.apache.avro.Schema;

/**
 * Framed Avro values as JSON for reading: a union is its value, bytes are Base64, and what JSON has
 * no number for, such as NaN, is a text.
 */
final class AvroJson {
  private static final JsonFactory JSON = new JsonFactory();

  /** A schema that contains itself could otherwise nest as deep as the bytes are long. */
  private static final int DEPTH_MAX = 64;

  private AvroJson() {}

  /**
   * @param bytesShown bytes beyond so many are only counted
   * @throws WireFormatException if the bytes are no value of the schema
   */
  static String text(Schema schema, byte[] framed, int bytesShown) {
    StringWriter text = new StringWriter();
    FrameDecoder decoder = new FrameDecoder(framed);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(schema, decoder, json, 0, bytesShown);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    decoder.end();
    return text.toString();
  }

  private static void write(
      Schema schema, FrameDecoder in, JsonGenerator out, int depth, int bytesShown)
      throws IOException {
    if (depth > DEPTH_MAX) {
      throw new WireFormatException(
          WireFormatException.Kind.OTHER,
          "the value is nested more than " + DEPTH_MAX + " levels deep");
    }
    switch (schema.getType()) {
      case NULL -> out.writeNull();
      case BOOLEAN -> out.writeBoolean(in.readBoolean());
      case INT -> out.writeNumber(in.readInt());
      case LONG -> out.writeNumber(in.readLong());
      case FLOAT -> out.writeNumber(in.readFloat());
      case DOUBLE -> out.writeNumber(in.readDouble());
      case STRING -> out.writeString(in.readString());
      case BYTES -> out.writeString(text(in.readBytes(), bytesShown));
      case ENUM -> out.writeString(schema.getEnumSymbols().get(symbol(schema, in)));
      case UNION -> {
        int branch = in.readIndex(schema.getTypes().size());
        write(schema.getTypes().get(branch), in, out, depth + 1, bytesShown);
      }
      case RECORD -> {
        out.writeStartObject();
        for (Schema.Field field : schema.getFields()) {
          out.writeFieldName(field.name());
          write(field.schema(), in, out, depth + 1, bytesShown);
        }
        out.writeEndObject();
      }
      case ARRAY -> {
        out.writeStartArray();
        for (int count; (count = in.readBlockCount(1)) != 0; ) {
          for (int i = 0; i < count; i++) {
            write(schema.getElementType(), in, out, depth + 1, bytesShown);
          }
        }
        out.writeEndArray();
      }
      case MAP -> {
        out.writeStartObject();
        for (int count; (count = in.readBlockCount(1)) != 0; ) {
          for (int i = 0; i < count; i++) {
            out.writeFieldName(in.readString());
            write(schema.getValueType(), in, out, depth + 1, bytesShown);
          }
        }
        out.writeEndObject();
      }
      case FIXED ->
          throw new WireFormatException(
              WireFormatException.Kind.OTHER, "the schema has a fixed type, which cannot be shown");
    }
  }

  private static String text(byte[] bytes, int shown) {
    return bytes.length <= shown
        ? Base64.getEncoder().encodeToString(bytes)
        : Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, shown))
            + "… ("
            + bytes.length
            + " bytes)";
  }

  private static int symbol(Schema schema, FrameDecoder in) {
    return in.readIndex(schema.getEnumSymbols().size());
  }
}
