package dev.millrace.topology.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.Bag;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.Utf8Hash;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SchemaFeatures;
import dev.millrace.topology.config.SpecResolver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records within records, unions, maps, arrays of texts, times and decimals. */
class NestedEventTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Order", "namespace": "test", "fields": [
                {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [
                  {"name": "city", "type": "string"},
                  {"name": "zip", "type": "int"},
                  {"name": "geo", "type": ["null", {"type": "record", "name": "Geo", "fields": [
                    {"name": "lat", "type": "double"}, {"name": "lon", "type": "double"}]}]}]}]},
                {"name": "either", "type": ["null", "int", "string", {"type": "array", "items": "int"}]},
                {"name": "tags", "type": {"type": "array", "items": ["null", "string"]}},
                {"name": "scores", "type": {"type": "map", "values": ["null", "double"]}},
                {"name": "props", "type": {"type": "map", "values": "string"}},
                {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 2}},
                {"name": "fee", "type": {"type": "fixed", "name": "Fee", "size": 4, "logicalType": "decimal", "precision": 8, "scale": 3}},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                {"name": "clock", "type": {"type": "int", "logicalType": "time-millis"}},
                {"name": "written", "type": "string"},
                {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
                {"name": "sum", "type": {"type": "fixed", "name": "Sum", "size": 3}},
                {"name": "photo", "type": "bytes"},
                {"name": "y", "type": ["null", "double"]}]}
              """);

  private static GenericRecord order() {
    Schema address = SCHEMA.getField("address").schema().getTypes().get(1);
    Schema geo = address.getField("geo").schema().getTypes().get(1);
    Map<String, Object> scores = new HashMap<>();
    scores.put("a", 2.5);
    scores.put("b", null);
    return new GenericRecordBuilder(SCHEMA)
        .set(
            "address",
            new GenericRecordBuilder(address)
                .set("city", "Graz")
                .set("zip", 8010)
                .set(
                    "geo",
                    new GenericRecordBuilder(geo).set("lat", 47.07).set("lon", 15.44).build())
                .build())
        .set("either", 7)
        .set("tags", Arrays.asList("red", null, "new", "red"))
        .set("scores", scores)
        .set("props", Map.of("color", "red"))
        .set("price", ByteBuffer.wrap(new BigDecimal("-1234.56").unscaledValue().toByteArray()))
        .set("fee", new GenericData.Fixed(SCHEMA.getField("fee").schema(), new byte[] {0, 0, 4, 1}))
        .set("at", micros("2024-02-29T13:30:00Z"))
        .set("day", 19_782) // the same day
        .set("clock", 13 * 3_600_000 + 1)
        .set("written", "2024-02-29 13:30:00.5+02:00")
        .set("id", "b7f1c0de-0000-4000-8000-000000000000")
        .set("sum", new GenericData.Fixed(SCHEMA.getField("sum").schema(), new byte[] {1, -1, 9}))
        .set("photo", ByteBuffer.wrap(new byte[] {4, 5}))
        .set("y", 1.0)
        .build();
  }

  private static long micros(String time) {
    return Instant.parse(time).toEpochMilli() * 1_000;
  }

  private static byte[] bytes(GenericRecord record) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ModelSpec spec(String features) {
    String yaml = "input: {topic: t, features: %s}\nlabel: {field: y}\n".formatted(features);
    return SpecResolver.resolve(PipelineParser.parse(yaml, "p.yaml"), SCHEMA);
  }

  /** The row of an event, and its features' slots by name. */
  private record Read(ModelSpec spec, EventRow row) {
    static Read of(String features, GenericRecord record) {
      ModelSpec spec = NestedEventTest.spec(features);
      EventRow row = new FeatureSpace(spec.features()).newEvent();
      EventDecoder.compile(record.getSchema(), spec).decode(bytes(record), 0, row);
      return new Read(spec, row);
    }

    int slot(String name) {
      return new FeatureSpace(spec.features())
          .fields().stream()
              .filter(field -> field.spec().name().equals(name))
              .findFirst()
              .orElseThrow()
              .slot();
    }

    double number(String name) {
      return row.numbers[slot(name)];
    }

    long category(String name) {
      return row.categories[slot(name)];
    }

    Bag bag(String name) {
      return row.bags[slot(name)];
    }
  }

  private static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Utf8Hash.hash(bytes, 0, bytes.length);
  }

  private static int slot(long hash) {
    return 1 + (int) Long.remainderUnsigned(hash, 1_023);
  }

  @Test
  void shouldTakeWhatEveryFieldIsByItsTypeAndSayWhatItLeftOut() {
    assertThat(spec("all").features())
        .extracting(f -> f.name() + " " + f.kind())
        .containsExactly(
            "address.city hashed",
            "address.zip numeric",
            "address.geo.lat numeric",
            "address.geo.lon numeric",
            "either hashed",
            "tags bag",
            "scores bag",
            "props bag",
            "price numeric",
            "fee numeric",
            "at.hour one_hot",
            "at.weekday one_hot",
            "at.yearday vector",
            "at.elapsed numeric",
            "day.weekday one_hot",
            "day.yearday vector",
            "day.elapsed numeric",
            "clock.hour one_hot",
            "written hashed",
            "sum hashed",
            "photo hashed");
    Pipeline pipeline = PipelineParser.parse("input: {topic: t}\nlabel: {field: y}\n", "p.yaml");
    assertThat(SchemaFeatures.of(SCHEMA, pipeline).leftOut())
        .extracting(SchemaFeatures.LeftOut::path, SchemaFeatures.LeftOut::reason)
        .containsExactly(tuple("id", "different in every event"));
    ModelSpec all = spec("all");
    assertThat(ModelSpec.fromJson(all.toJson())).isEqualTo(all);
  }

  @Test
  void shouldReadAllOfARecordInOnePass() {
    Read read = Read.of("all", order());
    assertThat(read.number("address.zip")).isEqualTo(8010);
    assertThat(read.number("address.geo.lat")).isEqualTo(47.07);
    assertThat(read.number("address.geo.lon")).isEqualTo(15.44);
    assertThat(read.number("price")).isEqualTo(-1234.56);
    assertThat(read.number("fee")).isEqualTo(1.025);
    assertThat(read.category("at.hour")).isEqualTo(13);
    assertThat(read.category("at.weekday")).as("a Thursday").isEqualTo(3);
    assertThat(read.number("at.elapsed")).isCloseTo(19_782.5625, within(1e-9));
    assertThat(read.category("day.weekday")).isEqualTo(3);
    assertThat(read.number("day.elapsed")).isEqualTo(19_782);
    assertThat(read.category("clock.hour")).isEqualTo(13);
    assertThat(read.row.vectors[read.slot("day.yearday")])
        .isCloseTo((float) Math.sin(2 * Math.PI * 59 / 366), within(1e-6f));
    assertThat(read.row.label).isEqualTo(1);
    assertThat(read.row.unreadable).isZero();
  }

  @Test
  void shouldMakeEntriesOfArraysAndMaps() {
    Read read = Read.of("all", order());
    Bag tags = read.bag("tags");
    assertThat(tags.count()).as("red, new").isEqualTo(2);
    assertThat(tags.slot(0)).isEqualTo(slot(hash("red")));
    assertThat(tags.slot(1)).isEqualTo(slot(hash("new")));
    Bag scores = read.bag("scores");
    assertThat(scores.count()).isEqualTo(1);
    assertThat(scores.slot(0)).isEqualTo(slot(hash("a")));
    assertThat(scores.weight(0)).isEqualTo(2.5f);
    Bag props = read.bag("props");
    assertThat(props.count()).isEqualTo(1);
    assertThat(props.slot(0)).isEqualTo(slot(Utf8Hash.combine(hash("color"), hash("red"))));
  }

  @Test
  void shouldMissAllFieldsOfARecordThatIsNull() {
    GenericRecord order = order();
    ((GenericRecord) order.get("address")).put("geo", null);
    Read inner = Read.of("all", order);
    assertThat(inner.number("address.zip")).isEqualTo(8010);
    assertThat(inner.number("address.geo.lat")).isNaN();
    order.put("address", null);
    Read outer = Read.of("[address.city, address.geo.lon, price]", order);
    assertThat(outer.category("address.city")).isEqualTo(EventRow.MISSING);
    assertThat(outer.number("address.geo.lon")).isNaN();
    assertThat(outer.number("price")).isEqualTo(-1234.56);
  }

  @Test
  void shouldReadEveryBranchThatFitsAndMissTheOthers() {
    GenericRecord order = order();
    String features =
        "[{name: either, type: numeric}, {name: either, as: text, type: growing, size: 9}]";
    Read number = Read.of(features, order);
    assertThat(number.number("either")).isEqualTo(7);
    assertThat(number.category("text")).isNotEqualTo(EventRow.MISSING);
    order.put("either", "seven");
    Read text = Read.of(features, order);
    assertThat(text.number("either")).isNaN();
    assertThat(text.category("text")).isNotEqualTo(EventRow.MISSING);
    order.put("either", List.of(1, 2, 3));
    assertThat(Read.of(features, order).category("text")).isEqualTo(EventRow.MISSING);
    assertThat(Read.of("[{name: either, type: vector, size: 3}]", order).row.vectors)
        .containsExactly(1, 2, 3);
    order.put("either", null);
    assertThat(Read.of(features, order).number("either")).isNaN();
  }

  @Test
  void shouldReadOneFieldIntoSeveralFeatures() {
    Read read =
        Read.of(
            """
            [price, {name: price, as: range, type: discretized, bounds: [0]},
             {name: price, lag: 2}, {name: y, lag: 1}, {name: fee, missing: true},
             {name: tags, as: words, type: text}, {name: tags, as: items, type: bag},
             {name: written, type: time, parts: [hour], encode: cyclic},
             {name: sum, type: vector, size: 3}, {cross: [range_of, fee]},
             {name: address.city, as: range_of, type: hashed}]
            """
                .replace("\n", " "),
            order());
    assertThat(read.number("price")).isEqualTo(-1234.56);
    assertThat(read.number("price.lag2")).as("before the featurizer").isEqualTo(-1234.56);
    assertThat(read.row.ranged).containsExactly(-1234.56);
    assertThat(read.number("fee.missing")).isZero();
    assertThat(read.bag("words").count()).isEqualTo(2);
    assertThat(read.bag("items").count()).isEqualTo(2);
    int hour = read.slot("written.hour");
    double angle = 2 * Math.PI * (11.5 + 0.5 / 3600) / 24;
    assertThat(read.row.vectors[hour]).isCloseTo((float) Math.sin(angle), within(1e-6f));
    int sum = read.slot("sum");
    assertThat(Arrays.copyOfRange(read.row.vectors, sum, sum + 3)).containsExactly(1, 255, 9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[address.town] | no field of schema test.Order; fields of 'address': [city, zip, geo]",
        "[price.x] | feature 'price.x' is no field of schema test.Order; 'price' is no record",
        "[nothing] | feature 'nothing' is no field of schema test.Order; fields: [address, either",
        "[{name: day, parts: [hour]}] | has no hour; its parts: [weekday, yearday, elapsed]",
        "[address] | field 'address' cannot be a feature as it is",
        "[{name: tags, lag: 3}] | is no number; a lag is of a number or of the label",
        "[price, {name: fee, as: price}] | two features have one name",
      })
  void shouldTellWhatCannotBeRead(String features, String message) {
    assertThatThrownBy(() -> spec(features))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldCountADateThatIsNone() {
    GenericRecord order = order();
    order.put("written", "yesterday");
    Read read = Read.of("[{name: written, type: time}]", order);
    assertThat(read.row.unreadable).isEqualTo(4);
    assertThat(read.category("written.hour")).isEqualTo(EventRow.MISSING);
    assertThat(read.number("written.elapsed")).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "2014-07-01, 2014-07-01T00:00:00Z",
    "1969/12/31 23:59, 1969-12-31T23:59:00Z",
    "2000-02-29T12:00:01.25Z, 2000-02-29T12:00:01.250Z",
    "2024-03-01 00:30:00-0130, 2024-03-01T02:00:00Z",
    "2024-03-01 00:30:00+05, 2024-02-29T19:30:00Z",
  })
  void shouldReadAMomentAsItIsWritten(String text, String expected) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(IsoTime.millis(bytes, 0, bytes.length))
        .isEqualTo(Instant.parse(expected).toEpochMilli());
  }

  @ParameterizedTest
  @CsvSource({
    "2014-7-1",
    "2014-02-29",
    "2014-13-01",
    "2014-07-01x",
    "2014-07-01 24:00",
    "07/01/2014",
    "2014-07/01",
    "''"
  })
  void shouldReadNothingElse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(IsoTime.millis(bytes, 0, bytes.length)).isEqualTo(IsoTime.NONE);
  }

  @Test
  void shouldRefuseAHostileSchemaInsteadOfGoingThroughIt() {
    Pipeline all = PipelineParser.parse("input: {topic: t}\nlabel: {field: y}\n", "p.yaml");
    Schema self =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Node", "fields": [{"name": "y", "type": "double"},
                  {"name": "next", "type": ["null", "Node"]}]}
                """);
    assertThatThrownBy(() -> SpecResolver.resolve(all, self))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining("contains itself");
    Schema twice = Schema.createRecord("R0", null, null, false, List.of());
    for (int i = 1; i < 30; i++) {
      Schema inner = twice;
      twice =
          Schema.createRecord(
              "R" + i,
              null,
              null,
              false,
              List.of(new Schema.Field("a", inner), new Schema.Field("b", inner)));
    }
    Schema hostile =
        Schema.createRecord(
            "Top",
            null,
            null,
            false,
            List.of(
                new Schema.Field("y", Schema.create(Schema.Type.DOUBLE)),
                new Schema.Field("r", twice)));
    assertThatThrownBy(() -> SpecResolver.resolve(all, hostile))
        .hasMessageContaining("more than 16,384 fields");
  }

  @Test
  void shouldRefuseEveryCutOfARichEvent() {
    ModelSpec spec = spec("all");
    EventRow row = new FeatureSpace(spec.features()).newEvent();
    EventDecoder decoder = EventDecoder.compile(SCHEMA, spec);
    byte[] whole = bytes(order());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decoder.decode(cut, 0, row)).isInstanceOf(BadEventException.class);
    }
  }
}
