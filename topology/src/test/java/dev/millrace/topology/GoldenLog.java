package dev.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The log behind the golden files. It never changes: another one would make all of them say
 * something else.
 */
final class GoldenLog {
  private static final int SCHEMA_ID = 7;
  private static final long FIRST_MS = 1_700_000_000_000L;
  private static final List<String> CITIES = List.of("Bern", "Köln", "Oslo", "Rom", "Wien");

  private static final Schema SCHEMA =
      SchemaBuilder.record("Golden")
          .namespace("test")
          .fields()
          .optionalDouble("x")
          .requiredString("color")
          .optionalString("word")
          .requiredString("city")
          .name("parts")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .optionalString("y")
          .optionalDouble("w")
          .endRecord();

  private GoldenLog() {}

  /** The registry that gave the events their ids. */
  static Schema schema(int id) {
    if (id != SCHEMA_ID) {
      throw new BadEventException(Reason.UNKNOWN_SCHEMA, "no schema " + id);
    }
    return SCHEMA;
  }

  /** The event of an offset; every seventh is a bad one, every third has no key. */
  static Event event(int offset) {
    byte[] key = offset % 3 == 0 ? null : ("k" + offset).getBytes(UTF_8);
    return new Event(key, value(offset), "in", 0, offset, FIRST_MS + offset);
  }

  /** The headers that the event came with. */
  static Headers headers(int offset) {
    Headers headers = new RecordHeaders();
    return offset % 2 == 0 ? headers : headers.add("trace", new byte[] {(byte) offset});
  }

  private static byte[] value(int offset) {
    byte[] good = Events.frame(SCHEMA_ID, Events.write(good(offset)));
    return switch (offset % 28) {
      case 6 -> Arrays.copyOf(good, good.length - 2);
      case 13 -> null;
      case 20 -> Events.frame(999, new byte[3]);
      case 27 -> "no frame".getBytes(UTF_8);
      default -> good;
    };
  }

  private static GenericRecord good(int offset) {
    SplittableRandom random = new SplittableRandom(offset);
    double x = random.nextInt(-8, 9) / 8.0;
    GenericRecord event = new GenericData.Record(SCHEMA);
    event.put("x", random.nextInt(6) == 0 ? null : (Double) x);
    event.put("color", List.of("red", "green", "blue").get(random.nextInt(3)));
    event.put("word", random.nextInt(6) == 0 ? null : "word" + random.nextInt(20));
    event.put("city", CITIES.get(random.nextInt(CITIES.size())));
    event.put("parts", List.of((float) random.nextInt(5), (float) x));
    event.put("y", random.nextInt(5) == 0 ? null : x > 0 ? "yes" : "no");
    event.put("w", random.nextInt(5) == 0 ? null : (Double) (random.nextInt(5) / 2.0));
    return event;
  }
}
