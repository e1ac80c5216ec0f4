package dev.millrace.topology.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.Bag;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.SchemaDraw;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.EventDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** A request's columns and the same event's bytes, as one decoder reads them. */
class RequestFieldsTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Order", "namespace": "test", "fields": [
                {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [
                  {"name": "city", "type": "string"},
                  {"name": "geo", "type": ["null", {"type": "record", "name": "Geo", "fields": [
                    {"name": "lat", "type": "double"}]}]}]}]},
                {"name": "either", "type": ["null", "int", "double", "string"]},
                {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["NEW", "USED"]}},
                {"name": "tags", "type": {"type": "array", "items": ["null", "string"]}},
                {"name": "scores", "type": {"type": "map", "values": ["null", "double"]}},
                {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 2}},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "written", "type": "string"},
                {"name": "count", "type": "int"},
                {"name": "paid", "type": "boolean"},
                {"name": "v", "type": {"type": "array", "items": "float"}},
                {"name": "pixels", "type": "bytes"},
                {"name": "code", "type": {"type": "fixed", "name": "Code", "size": 3}},
                {"name": "unread", "type": "string"},
                {"name": "y", "type": ["null", "double"]}]}
              """);

  private static final ModelSpec SPEC =
      SpecResolver.resolve(
          PipelineParser.parse(
              """
              input:
                topic: t
                features:
                  - address.city
                  - address.geo.lat
                  - {name: either, type: hashed}
                  - kind
                  - tags
                  - scores
                  - price
                  - at
                  - {name: written, type: time}
                  - {name: count, missing: true}
                  - {name: count, as: range, type: discretized}
                  - paid
                  - {name: v, type: vector, size: 3}
                  - {name: pixels, type: vector, size: 2}
                  - {name: code, type: growing, size: 5}
              label: {field: y}
              """,
              "p.yaml"),
          SCHEMA);

  private static final RequestFields FIELDS = new RequestFields(SCHEMA, SPEC);

  private static GenericRecord order() {
    Schema address = SCHEMA.getField("address").schema().getTypes().get(1);
    Schema geo = address.getField("geo").schema().getTypes().get(1);
    return new GenericRecordBuilder(SCHEMA)
        .set(
            "address",
            new GenericRecordBuilder(address)
                .set("city", "Köln")
                .set("geo", new GenericRecordBuilder(geo).set("lat", 50.94).build())
                .build())
        .set("either", 7)
        .set("kind", new GenericData.EnumSymbol(SCHEMA.getField("kind").schema(), "USED"))
        .set("tags", List.of("red", "new"))
        .set("scores", Map.of("a", 2.5))
        .set("price", ByteBuffer.wrap(new BigDecimal("-1234.56").unscaledValue().toByteArray()))
        .set("at", 1_709_213_400_000_000L)
        .set("written", "2024-02-29 13:30:00.5+02:00")
        .set("count", 3)
        .set("paid", true)
        .set("v", List.of(1f, 0.1f, -2f))
        .set("pixels", ByteBuffer.wrap(new byte[] {4, -5}))
        .set(
            "code",
            new GenericData.Fixed(SCHEMA.getField("code").schema(), new byte[] {65, 66, 67}))
        .set("unread", "no feature")
        .set("y", 1.0)
        .build();
  }

  private static List<Column> columns() {
    return new ArrayList<>(
        List.of(
            texts("address.city", "Köln"),
            numbers("address.geo.lat", 50.94),
            Column.ofWholes("either", 1, new long[] {7}),
            texts("kind", "USED"),
            Column.ofTexts("tags", 3, new String[] {"red", null, "new"}),
            numbers("scores.a", 2.5),
            numbers("scores.b", Double.NaN),
            numbers("price", -1234.56),
            Column.ofWholes("at", 1, new long[] {1_709_213_400_000_000L}),
            texts("written", "2024-02-29 13:30:00.5+02:00"),
            numbers("count", 3),
            Column.ofWholes("paid", 1, new long[] {1}),
            Column.ofNumbers("v", 3, new double[] {1, 0.1, -2}),
            Column.ofWholes("pixels", 2, new long[] {4, 251}),
            texts("code", "ABC"),
            texts("unread", "no feature")));
  }

  private static Column numbers(String name, double value) {
    return Column.ofNumbers(name, 1, new double[] {value});
  }

  private static Column texts(String name, String value) {
    return Column.ofTexts(name, 1, new String[] {value});
  }

  private static EventRow ofEvent(GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return row(record.getSchema(), SPEC, out.toByteArray(), 0);
  }

  private static EventRow ofRequest(List<Column> columns) {
    byte[] event = FIELDS.encode(FIELDS.bind(columns), 0);
    return row(FIELDS.schema(), SPEC, event, WireFormat.PAYLOAD_OFFSET);
  }

  private static EventRow row(Schema schema, ModelSpec spec, byte[] bytes, int offset) {
    EventRow row = new FeatureSpace(spec.features()).newEvent();
    EventDecoder.compile(schema, spec).decode(bytes, offset, row);
    return row;
  }

  private static void assertSame(EventRow row, EventRow expected) {
    assertThat(row.numbers).containsExactly(expected.numbers);
    assertThat(row.categories).containsExactly(expected.categories);
    assertThat(row.vectors).containsExactly(expected.vectors);
    assertThat(row.ranged).containsExactly(expected.ranged);
    for (int i = 0; i < row.bags.length; i++) {
      assertThat(entries(row.bags[i])).isEqualTo(entries(expected.bags[i]));
    }
  }

  private static List<String> entries(Bag bag) {
    List<String> entries = new ArrayList<>(List.of("missing " + bag.isMissing()));
    for (int i = 0; i < bag.count(); i++) {
      entries.add(bag.slot(i) + " " + bag.weight(i));
    }
    return entries;
  }

  @Test
  void shouldReadTheSameFromARequestAsFromTheBytesOfTheEvent() throws IOException {
    EventRow expected = ofEvent(order());
    assertThat(expected.unreadable).isZero();
    assertSame(ofRequest(columns()), expected);
  }

  @Test
  void shouldTakeWhateverIsLeftOutAsMissing() {
    EventRow nothing = ofRequest(List.of());
    EventRow cleared = new FeatureSpace(SPEC.features()).newEvent();
    assertSame(nothing, cleared);
    assertThat(ofRequest(List.of(numbers("v", Double.NaN))).vectors)
        .containsExactly(cleared.vectors);
  }

  @Test
  void shouldWriteOneOfSeveralTypesAsTheValuesAre() throws IOException {
    for (Object value : new Object[] {7, "seven"}) {
      GenericRecord order = order();
      order.put("either", value);
      List<Column> columns = columns();
      columns.removeIf(column -> column.name().equals("either"));
      columns.add(
          value instanceof String text
              ? texts("either", text)
              : Column.ofWholes("either", 1, new long[] {(int) value}));
      assertSame(ofRequest(columns), ofEvent(order));
    }
  }

  @Test
  void shouldSayWhichInputsThereAre() {
    assertThat(FIELDS.fields())
        .extracting(f -> f.name() + " " + f.datatype() + (f.isList() ? " " + f.size() : ""))
        .containsExactly(
            "address.city BYTES",
            "address.geo.lat FP64",
            "either INT32",
            "kind BYTES",
            "tags BYTES -1",
            "scores.* FP64",
            "price FP64",
            "at INT64",
            "written BYTES",
            "count INT32",
            "paid BOOL",
            "v FP32 3",
            "pixels UINT8 2",
            "code BYTES");
  }

  @Test
  void shouldRefuseWhatTheEventsCannotHaveWithTheReason() {
    refused(texts("cuont", "3"), "the events have no field 'cuont'; inputs: address.city");
    refused(texts("count", "3"), "input 'count' is texts, 1 a row; expected INT32");
    refused(numbers("count", 3.5), "3.5 where the events have a whole number");
    refused(numbers("count", 1e12), "more than an int of the events can hold");
    refused(numbers("paid", 2), "2 where the events have false or true");
    refused(Column.ofWholes("pixels", 2, new long[] {1, 256}), "a byte, 0 to 255");
    assertThatThrownBy(() -> ofRequest(List.of(numbers("count", 1), numbers("count", 2))))
        .isInstanceOf(RequestException.class)
        .hasMessage("input 'count' is stated twice");
    assertThatThrownBy(() -> ofRequest(List.of(Column.ofNumbers("v", 2, new double[] {1, 2}))))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining("field 'v' has 2 items, the pipeline needs 3");
  }

  private static void refused(Column column, String why) {
    assertThatThrownBy(() -> ofRequest(List.of(column)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldBeAskedForAModelOfAnySchema() {
    SplittableRandom random = new SplittableRandom(11);
    int resolved = 0;
    for (int i = 0; i < 500; i++) {
      SchemaDraw draw = new SchemaDraw(random.split());
      Schema schema = draw.event();
      ModelSpec spec;
      try {
        spec = SpecResolver.resolve(PipelineParser.parse(draw.pipeline(schema), "p"), schema);
      } catch (BadEventException e) {
        continue; // a schema that makes no model has nothing to serve
      }
      RequestFields fields = new RequestFields(schema, spec);
      byte[] nothing = fields.encode(fields.bind(List.of()), 0);
      assertSame(
          row(fields.schema(), spec, nothing, WireFormat.PAYLOAD_OFFSET),
          new FeatureSpace(spec.features()).newEvent());
      resolved++;
    }
    assertThat(resolved).isGreaterThan(400);
  }
}
