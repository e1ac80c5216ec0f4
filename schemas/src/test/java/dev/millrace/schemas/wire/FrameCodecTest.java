package dev.millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.wire.WireFormatException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {
  private static final Schema EVERYTHING =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Everything", "fields": [
                {"name": "z", "type": "boolean"}, {"name": "i", "type": "int"},
                {"name": "l", "type": "long"}, {"name": "f", "type": "float"},
                {"name": "d", "type": "double"}, {"name": "s", "type": "string"},
                {"name": "b", "type": "bytes"},
                {"name": "x", "type": {"type": "fixed", "name": "X", "size": 3}},
                {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
                {"name": "u", "type": ["null", "int", "string"]},
                {"name": "a", "type": {"type": "array", "items": "long"}},
                {"name": "m", "type": {"type": "map", "values": "string"}}]}
              """);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 64, 4096})
  void shouldEncodeEveryTypeAsAvroDoesFromAnyInitialSize(int bytesExpected) throws IOException {
    GenericRecord value = everything();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder avro = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<>(EVERYTHING).write(value, avro);

    FrameEncoder ours = new FrameEncoder(42, bytesExpected);
    new GenericDatumWriter<>(EVERYTHING).write(value, ours);
    assertThat(ours.frame()).isEqualTo(WireFormat.frame(42, out.toByteArray()));
  }

  private static GenericRecord everything() {
    return new GenericRecordBuilder(EVERYTHING)
        .set("z", true)
        .set("i", Integer.MIN_VALUE)
        .set("l", Long.MIN_VALUE)
        .set("f", -0f)
        .set("d", Math.PI)
        .set("s", new Utf8("größe"))
        .set("b", ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 1, 2))
        .set("x", new GenericData.Fixed(EVERYTHING.getField("x").schema(), new byte[] {7, 8, 9}))
        .set("e", new GenericData.EnumSymbol(EVERYTHING.getField("e").schema(), "B"))
        .set("u", "text")
        .set("a", List.of(0L, 63L, 64L, -64L, -65L, Long.MAX_VALUE))
        .set("m", Map.of("k", "v"))
        .build();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 1, 63, 64, -64, -65, 8191, 8192, Long.MAX_VALUE, Long.MIN_VALUE})
  void shouldReadBackEveryLong(long value) {
    FrameEncoder out = new FrameEncoder(1, 0);
    out.writeLong(value);
    FrameDecoder in = new FrameDecoder(out.frame());
    assertThat(in.readLong()).isEqualTo(value);
    in.end();
  }

  @Test
  void shouldReadAnArrayInSeveralBlocksWithAndWithoutSizes() {
    FrameEncoder out = new FrameEncoder(1, 0);
    out.writeLong(1);
    out.writeFloat(1f);
    out.writeLong(-2); // a negative count: the block's size follows
    out.writeLong(8);
    out.writeFloat(2f);
    out.writeFloat(3f);
    out.writeLong(0);
    assertThat(new FrameDecoder(out.frame()).readFloats()).containsExactly(1f, 2f, 3f);
  }

  @Test
  void shouldReadManySmallBlocks() {
    FrameEncoder out = new FrameEncoder(1, 0);
    int blocks = 300_000;
    for (int i = 0; i < blocks; i++) {
      out.writeLong(1);
      out.writeFloat(i);
    }
    out.writeLong(0);
    byte[] framed = out.frame();
    float[] read = new FrameDecoder(framed).readFloats();
    assertThat(read).hasSize(blocks);
  }

  @Test
  void shouldRefuseLengthsAndCountsThatCannotBe() {
    refuses(
        () -> decoder(Long.MAX_VALUE).readString(), Kind.TRUNCATED, "9223372036854775807 bytes");
    refuses(() -> decoder(-1).readString(), Kind.BAD_LENGTH, "length -1");
    refuses(() -> decoder(1L << 40).readBytes(), Kind.TRUNCATED, "1099511627776 bytes");
    refuses(() -> decoder(2_000_000).readBlockCount(1), Kind.BAD_LENGTH, "block of 2000000 items");
    refuses(() -> decoder(Long.MIN_VALUE, 0).readBlockCount(1), Kind.BAD_LENGTH, "block of");
    refuses(() -> decoder(-1, 1L << 40).readBlockCount(1), Kind.TRUNCATED, "1099511627776 bytes");
    refuses(() -> decoder(1L << 31).readInt(), Kind.BAD_VARINT, "more than 32 bits");
    refuses(() -> decoder(2).readIndex(2), Kind.BAD_INDEX, "index 2 of 2");
    refuses(() -> decoder(-1).readIndex(2), Kind.BAD_INDEX, "index -1 of 2");
    refuses(() -> raw(2).readBoolean(), Kind.BAD_INDEX, "must be 0 or 1");
    refuses(() -> raw(1, 2, 3).readFloat(), Kind.TRUNCATED, "4 bytes wanted");
    int on = 0xff;
    refuses(
        () -> raw(on, on, on, on, on, on, on, on, on, on, 1).readLong(),
        Kind.BAD_VARINT,
        "more than 64 bits");
    refuses(
        () -> raw(on, on, on, on, on, on, on, on, on, 2).readLong(),
        Kind.BAD_VARINT,
        "more than 64 bits");
  }

  @Test
  void shouldRefuseTextThatIsNotUtf8() {
    refuses(() -> raw(4, 0xc3, 0x28).readString(), Kind.INVALID_UTF8, "invalid UTF-8");
    int[] halfASurrogate = {6, 0xed, 0xa0, 0x80};
    refuses(() -> raw(halfASurrogate).readString(), Kind.INVALID_UTF8, "invalid UTF-8");
    byte[] valid = "ü".getBytes(StandardCharsets.UTF_8);
    assertThat(raw(4, valid[0], valid[1]).readString()).isEqualTo("ü");
  }

  private static FrameDecoder decoder(long... longs) {
    FrameEncoder out = new FrameEncoder(1, 0);
    for (long value : longs) {
      out.writeLong(value);
    }
    return new FrameDecoder(out.frame());
  }

  private static FrameDecoder raw(int... bytes) {
    byte[] payload = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      payload[i] = (byte) bytes[i];
    }
    return new FrameDecoder(WireFormat.frame(1, payload));
  }

  private static void refuses(ThrowingCallable read, Kind kind, String message) {
    assertThatThrownBy(read)
        .isInstanceOfSatisfying(
            WireFormatException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(message)
        .hasMessageContaining("at byte");
  }
}
