package dev.millrace.app.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.wire.FrameEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * The poison corpus: records of which nothing good can be expected, each with the end that it must
 * come to, and good ones to put between them.
 */
final class Poisons {
  /** The ends beside the reasons of dead letters. */
  static final String LEARNED = "learned";

  static final String PREDICTED = "predicted";

  static final int MEGABYTES_10 = 10 << 20;
  static final long YEAR_9999 = 253_402_300_799_000L;
  static final long NOON = 1_700_000_000_000L;

  /**
   * A record and its end.
   *
   * @param timestamp as the producer states it; -1 is none
   * @param headerBytes size of a header that it has beside a small one
   * @param end {@link #LEARNED}, {@link #PREDICTED}, or the reason of its dead letter
   */
  record Poison(
      String name, byte[] key, byte[] value, long timestamp, int headerBytes, String end) {
    boolean isDeadLetter() {
      return !end.equals(LEARNED) && !end.equals(PREDICTED);
    }

    Poison at(long time) {
      return new Poison(name, key, value, time, headerBytes, end);
    }

    Poison withKey(byte[] other) {
      return new Poison(name, other, value, timestamp, headerBytes, end);
    }

    Poison withHeaderOf(int bytes) {
      return new Poison(name, key, value, timestamp, bytes, end);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final ToIntFunction<String> ids;
  private final List<Poison> found = new ArrayList<>();

  private Poisons(ToIntFunction<String> ids) {
    this.ids = ids;
  }

  /**
   * All of them.
   *
   * @param ids the id of each of {@link PoisonSchemas}
   */
  static List<Poison> all(ToIntFunction<String> ids) {
    Poisons poisons = new Poisons(ids);
    poisons.frames();
    poisons.encodings();
    poisons.sizes();
    poisons.numbers();
    poisons.labels();
    poisons.times();
    poisons.keysAndHeaders();
    poisons.schemas();
    return List.copyOf(poisons.found);
  }

  /** A good record, decided by its number. */
  static Poison good(ToIntFunction<String> ids, int number) {
    SplittableRandom random = new SplittableRandom(number * 77L + 1);
    double x = random.nextDouble(-1, 1);
    boolean red = random.nextBoolean();
    Fields fields = new Fields();
    fields.x = out -> number(out, x);
    fields.color = red ? "red" : "green";
    fields.label = (x > 0) == red ? "yes" : "no";
    return new Poison(
        "good_" + number, null, new Poisons(ids).event(fields), NOON + number, 0, LEARNED);
  }

  /** What an event of {@link PoisonSchemas#GOOD} holds, unless it is changed. */
  private static final class Fields {
    Consumer<FrameEncoder> x = out -> number(out, 0.5);
    String color = "red";
    float[] v = {1, 2, 3};
    long size = 1;
    int on = 1;
    byte[] tag = "é".getBytes(UTF_8);
    Consumer<FrameEncoder> nothings = out -> out.writeLong(0);
    int rawBytes = 3;
    String label = "yes";
    int trailing = 0;
  }

  private byte[] event(Fields fields) {
    FrameEncoder out = new FrameEncoder(ids.applyAsInt(PoisonSchemas.GOOD), 64);
    fields.x.accept(out);
    out.writeString(fields.color);
    floats(out, fields.v);
    out.writeLong(fields.size);
    out.writeFixed(new byte[] {(byte) fields.on}, 0, 1);
    out.writeLong(1);
    out.writeString("tag");
    out.writeBytes(fields.tag, 0, fields.tag.length);
    out.writeLong(0);
    fields.nothings.accept(out);
    out.writeBytes(new byte[fields.rawBytes], 0, fields.rawBytes);
    label(out, fields.label);
    out.writeFixed(new byte[fields.trailing], 0, fields.trailing);
    return out.frame();
  }

  private static void number(FrameEncoder out, double value) {
    out.writeIndex(1);
    out.writeDouble(value);
  }

  private static void floats(FrameEncoder out, float... values) {
    out.writeLong(values.length);
    for (float value : values) {
      out.writeFloat(value);
    }
    if (values.length > 0) {
      out.writeLong(0);
    }
  }

  private static void label(FrameEncoder out, String label) {
    out.writeIndex(label == null ? 0 : 1);
    if (label != null) {
      out.writeString(label);
    }
  }

  private void add(String name, String end, byte[] value) {
    found.add(new Poison(name, null, value, NOON, 0, end));
  }

  private void add(String name, String end, Consumer<Fields> change) {
    Fields fields = new Fields();
    change.accept(fields);
    add(name, end, event(fields));
  }

  private void replaceLast(Poison poison) {
    found.set(found.size() - 1, poison);
  }

  private void frames() {
    byte[] good = event(new Fields());
    add("null", "empty", (byte[]) null);
    add("tombstone", "empty", (byte[]) null);
    replaceLast(found.getLast().withKey("a".getBytes(UTF_8)));
    add("empty", "empty", new byte[0]);
    byte[] magic = good.clone();
    magic[0] = 1;
    add("magic_byte_1", "not_wire_format", magic);
    add("json", "not_wire_format", "{\"x\": 1, \"color\": \"red\"}".getBytes(UTF_8));
    add("four_bytes", "not_wire_format", Arrays.copyOf(good, 4));
    add("unknown_schema_id", "unknown_schema", new FrameEncoder(987_654_321, 8).frame());
    add("negative_schema_id", "unknown_schema", new FrameEncoder(-1, 8).frame());
  }

  private void encodings() {
    byte[] good = event(new Fields());
    add("no_payload", "truncated", Arrays.copyOf(good, 5));
    add("truncated", "truncated", Arrays.copyOf(good, good.length - 1));
    add("trailing_byte", "trailing_bytes", fields -> fields.trailing = 1);
    add("varint_of_77_bits", "bad_varint", fields -> fields.x = Poisons::endlessVarint);
    add("union_index_2", "bad_index", fields -> fields.x = out -> out.writeIndex(2));
    add("union_index_negative", "bad_index", fields -> fields.x = out -> out.writeIndex(-1));
    add("enum_index_2", "bad_index", fields -> fields.size = 2);
    add("boolean_2", "bad_index", fields -> fields.on = 2);
    add("overlong_utf8", "invalid_utf8", fields -> fields.tag = bytes(0xC0, 0x80));
    add("lone_surrogate", "invalid_utf8", fields -> fields.tag = bytes(0xED, 0xA0, 0x80));
    add("cut_utf8", "invalid_utf8", fields -> fields.tag = bytes(0xE2, 0x82));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static void endlessVarint(FrameEncoder out) {
    byte[] bytes = new byte[11];
    Arrays.fill(bytes, (byte) 0xFF);
    out.writeFixed(bytes, 0, bytes.length);
  }

  private void sizes() {
    add(
        "millions_of_nothings",
        "bad_length",
        fields -> fields.nothings = out -> out.writeLong(50_000_000));
    add("blocks_of_nothings", LEARNED, fields -> fields.nothings = Poisons::blocksOfNothings);
    add("count_of_long_min", "bad_length", f -> f.nothings = out -> out.writeLong(Long.MIN_VALUE));
    FrameEncoder negative = new FrameEncoder(ids.applyAsInt(PoisonSchemas.GOOD), 8);
    number(negative, 1);
    negative.writeLong(-5);
    add("negative_length", "bad_length", negative.frame());
    FrameEncoder giant = new FrameEncoder(ids.applyAsInt(PoisonSchemas.GOOD), 8);
    number(giant, 1);
    giant.writeLong(Integer.MAX_VALUE);
    add("text_of_2_gib", "truncated", giant.frame());
    add("vector_of_2", "wrong_length", fields -> fields.v = new float[2]);
    add("vector_of_4", "wrong_length", fields -> fields.v = new float[4]);
    add("giant_text", LEARNED, fields -> fields.color = "x".repeat(1 << 20));
    add("10_mb_good", LEARNED, fields -> fields.rawBytes = MEGABYTES_10);
    add("10_mb_bad", "trailing_bytes", fields -> fields.trailing = MEGABYTES_10);
  }

  /** Sixty-five million of them, in three thousand bytes. */
  private static void blocksOfNothings(FrameEncoder out) {
    for (int i = 0; i < 1_000; i++) {
      out.writeLong(1 << 16);
    }
    out.writeLong(0);
  }

  private void numbers() {
    add("nan", "not_finite", fields -> fields.x = out -> number(out, Double.NaN));
    add("infinity", "not_finite", f -> f.x = out -> number(out, Double.POSITIVE_INFINITY));
    add("-infinity", "not_finite", f -> f.x = out -> number(out, Double.NEGATIVE_INFINITY));
    add("1e308", "not_finite", fields -> fields.x = out -> number(out, 1e308));
    add("nan_in_vector", "not_finite", fields -> fields.v = new float[] {1, Float.NaN, 2});
    add("1e38", LEARNED, fields -> fields.x = out -> number(out, 1e38));
    add("denormal_double", LEARNED, f -> f.x = out -> number(out, Double.MIN_VALUE));
    add("denormal_float", LEARNED, f -> f.v = new float[] {Float.MIN_VALUE, -1e-40f, -0f});
  }

  private void labels() {
    add("no_label", PREDICTED, fields -> fields.label = null);
    add("unknown_label", "unknown_label", fields -> fields.label = "maybe");
    add("giant_label", "unknown_label", fields -> fields.label = "é".repeat(100_000));
    FrameEncoder number = new FrameEncoder(ids.applyAsInt(PoisonSchemas.NUMBER_FOR_LABEL), 64);
    number.writeDouble(0.5);
    number.writeString("red");
    floats(number, 1, 2, 3);
    number.writeLong(1);
    add("label_of_another_type", "schema_mismatch", number.frame());
    FrameEncoder without = new FrameEncoder(ids.applyAsInt(PoisonSchemas.NO_LABEL), 64);
    without.writeString("red");
    floats(without, 1, 2, 3);
    without.writeDouble(0.5);
    add("schema_without_label", PREDICTED, without.frame());
  }

  private void times() {
    byte[] good = event(new Fields());
    for (long time : new long[] {NOON + 9, -1, 0, YEAR_9999, 1}) {
      add("time_" + time, LEARNED, good);
      replaceLast(found.getLast().at(time));
    }
    add("bad_in_year_9999", "empty", new byte[0]);
    replaceLast(found.getLast().at(YEAR_9999));
  }

  private void keysAndHeaders() {
    byte[] good = event(new Fields());
    add("key_of_64_kib", LEARNED, good);
    replaceLast(found.getLast().withKey(new byte[1 << 16]));
    add("key_of_more", "key_too_large", good);
    replaceLast(found.getLast().withKey(new byte[(1 << 16) + 1]));
    add("key_of_2_mib", "key_too_large", good);
    replaceLast(found.getLast().withKey(new byte[2 << 20]));
    add("header_of_2_mib", "not_wire_format", new byte[] {7});
    replaceLast(found.getLast().withHeaderOf(2 << 20));
  }

  private void schemas() {
    FrameEncoder evolved = new FrameEncoder(ids.applyAsInt(PoisonSchemas.EVOLVED), 64);
    label(evolved, "no");
    evolved.writeInt(7);
    evolved.writeString("green");
    floats(evolved, 3, 2, 1);
    evolved.writeFloat(0.25f);
    add("evolved_compatibly", LEARNED, evolved.frame());
    FrameEncoder text = new FrameEncoder(ids.applyAsInt(PoisonSchemas.TEXT_FOR_NUMBER), 64);
    text.writeString("0.5");
    text.writeString("red");
    floats(text, 1, 2, 3);
    label(text, "no");
    add("evolved_incompatibly", "schema_mismatch", text.frame());
    frame("recursive_schema", PoisonSchemas.CONTAINS_ITSELF, 40, "schema_mismatch");
    frame("schema_200_deep", PoisonSchemas.NESTED, 210, "schema_mismatch");
    frame("schema_of_a_billion_nothings", PoisonSchemas.BILLION_NOTHINGS, 0, PREDICTED);
    frame("schema_of_a_billion_bytes", PoisonSchemas.BILLION_BYTES, 99, "truncated");
    frame("schema_that_is_no_record", PoisonSchemas.NO_RECORD, 1, "schema_mismatch");
  }

  private void frame(String name, String schema, int zeros, String end) {
    FrameEncoder out = new FrameEncoder(ids.applyAsInt(schema), zeros + 5);
    out.writeFixed(new byte[zeros], 0, zeros);
    add(name, end, out.frame());
  }
}
