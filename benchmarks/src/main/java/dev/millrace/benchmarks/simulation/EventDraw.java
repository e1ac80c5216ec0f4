package dev.millrace.benchmarks.simulation;

import dev.millrace.schemas.wire.FrameEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/**
 * Events, one after the other: mostly good ones of several schemas, some without a label, and among
 * them what can go wrong: malformed bytes, numbers that are not finite or too large to learn from,
 * unknown labels, negative weights; sometimes in bursts.
 */
final class EventDraw {
  private static final int BASE = 7;
  private static final int WIDER = 8;
  private static final int UNLABELLED = 9;
  private static final int UNUSABLE = 10;
  private static final int UNKNOWN = 999;

  private static final String NUMBERS =
      """
      {"name": "x", "type": ["null", "double"]}, {"name": "n", "type": "long"},
      {"name": "v", "type": {"type": "array", "items": "float"}}\
      """;

  private static final String TEXTS =
      """
      {"name": "color", "type": "string"}, {"name": "city", "type": ["null", "string"]},
      {"name": "user", "type": "string"}, {"name": "ignored", "type": "bytes"}\
      """;

  private static final String LABELS =
      """
      {"name": "sure", "type": ["null", "string"]}, {"name": "kind", "type": ["null", "string"]},
      {"name": "amount", "type": ["null", "double"]}, {"name": "visits", "type": ["null", "int"]},
      {"name": "w", "type": ["null", "double"]}\
      """;

  /** The writers' schemas, by their ids. */
  static final Map<Integer, Schema> SCHEMAS =
      Map.of(
          BASE, schema(NUMBERS, TEXTS, LABELS),
          WIDER, schema("{\"name\": \"added\", \"type\": \"int\"}", LABELS, TEXTS, NUMBERS),
          UNLABELLED, schema(TEXTS, NUMBERS),
          UNUSABLE, SchemaBuilder.record("Other").fields().requiredString("x").endRecord());

  private static final double[] EXTREMES = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    1e308,
    -1e308,
    3e38,
    -3e38,
    1e30,
    1e19,
    -1e19,
    1e-40,
    Double.MIN_VALUE,
    -0.0
  };

  private final SplittableRandom random;
  private final int badIn; // one event in so many is malformed
  private final int extremeIn; // one number in so many is extreme
  private final int burstIn; // a burst of huge numbers begins at one event in so many
  private int burst; // events of it that are left

  EventDraw(SplittableRandom random) {
    this.random = random;
    badIn = random.nextInt(3, 40);
    extremeIn = random.nextInt(5) == 0 ? random.nextInt(4, 30) : 1000;
    burstIn = random.nextInt(4) == 0 ? random.nextInt(20, 100) : Integer.MAX_VALUE;
  }

  private static Schema schema(String... fields) {
    return new Schema.Parser()
        .parse(
            "{\"type\": \"record\", \"name\": \"Sample\", \"fields\": [%s]}"
                .formatted(String.join(", ", fields)));
  }

  /** The value of the next record; null for a tombstone. */
  byte[] next() {
    if (random.nextInt(badIn) == 0) {
      return bad();
    }
    if (burst == 0 && random.nextInt(burstIn) == 0) {
      burst = random.nextInt(5, 60);
    }
    return good();
  }

  private byte[] bad() {
    byte[] good = good();
    return switch (random.nextInt(9)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> Arrays.copyOf(good, random.nextInt(good.length));
      case 3 -> Arrays.copyOf(good, good.length + 1);
      case 4 -> changed(good);
      case 5 -> garbage();
      case 6 -> new FrameEncoder(UNKNOWN, 16).frame();
      case 7 -> frame(UNUSABLE, record(UNUSABLE, Map.of("x", "text")));
      default -> wrongMagic(good);
    };
  }

  private byte[] changed(byte[] good) {
    good[random.nextInt(good.length)] = (byte) random.nextInt();
    return good;
  }

  private byte[] garbage() {
    byte[] bytes = new byte[random.nextInt(1, 60)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] wrongMagic(byte[] good) {
    good[0] = 1;
    return good;
  }

  private byte[] good() {
    int id =
        switch (random.nextInt(10)) {
          case 0 -> UNLABELLED;
          case 1 -> WIDER;
          default -> BASE;
        };
    return frame(id, record(id, fields()));
  }

  private Map<String, Object> fields() {
    if (burst > 0) {
      burst--;
    }
    double x = number();
    boolean red = random.nextBoolean();
    boolean yes = x > 0 == red;
    Map<String, Object> fields = new HashMap<>();
    fields.put("added", random.nextInt());
    fields.put("x", orNull(8, x));
    fields.put("n", random.nextLong(-5, 6));
    fields.put("v", vector());
    fields.put("color", red ? "red" : random.nextBoolean() ? "green" : "blue");
    fields.put("city", orNull(6, "town " + random.nextInt(20)));
    fields.put("user", "user " + random.nextInt(30));
    fields.put("ignored", ByteBuffer.wrap(new byte[random.nextInt(4)]));
    fields.put("sure", orNull(5, random.nextInt(60) == 0 ? "perhaps" : yes ? "yes" : "no"));
    fields.put("kind", orNull(5, random.nextInt(60) == 0 ? "z" : yes ? "a" : red ? "b" : "c"));
    fields.put("amount", orNull(5, 3 * number() + (red ? 2 : 0)));
    fields.put("visits", orNull(5, random.nextInt(60) == 0 ? -1 : random.nextInt(6)));
    fields.put("w", orNull(2, random.nextInt(80) == 0 ? number() : random.nextInt(5) / 2.0));
    return fields;
  }

  private List<Float> vector() {
    int length = random.nextInt(60) == 0 ? 2 : 3;
    Float[] vector = new Float[length];
    for (int i = 0; i < length; i++) {
      vector[i] = (float) number();
    }
    return List.of(vector);
  }

  private double number() {
    if (burst > 0) {
      return random.nextBoolean() ? 3e38 : -3e38;
    }
    return random.nextInt(extremeIn) == 0
        ? EXTREMES[random.nextInt(EXTREMES.length)]
        : random.nextDouble(-2, 2);
  }

  private Object orNull(int oneIn, Object value) {
    return random.nextInt(oneIn) == 0 ? null : value;
  }

  private static GenericRecord record(int schemaId, Map<String, Object> values) {
    Schema schema = SCHEMAS.get(schemaId);
    GenericRecord record = new GenericData.Record(schema);
    schema.getFields().forEach(field -> record.put(field.name(), values.get(field.name())));
    return record;
  }

  private static byte[] frame(int schemaId, GenericRecord record) {
    FrameEncoder out = new FrameEncoder(schemaId, 128);
    try {
      new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.frame();
  }
}
