package dev.millrace.topology.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SpecResolver;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Any bytes, under any schema, end as a row that a model can use or as a {@link BadEventException},
 * without much memory. In a build the seeds are run; {@code JAZZER_FUZZ=1} looks for more
 * (docs/testing.md).
 */
class EventDecoderFuzzTest {
  /** A row, a decoder and the few strings of a refusal. */
  private static final long ALLOCATED_BYTES_MAX = 4 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Pipeline PIPELINE =
      PipelineParser.parse(
          """
          input:
            topic: in
            features:
              - {name: a, type: numeric}
              - {name: b, type: one_hot, categories: [red, green]}
              - {name: c, type: hashed, buckets: 64}
              - {name: g, type: growing, size: 9}
              - {name: v, type: vector, size: 3}
          label: {field: y, classes: ["0", "1"], weight: w}
          """,
          "fuzz.yaml");

  private static final Pipeline OPEN =
      PipelineParser.parse("input: {topic: in}\nlabel: {field: y}\n", "open.yaml");

  private static final Schema RICH =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Rich", "fields": [
                {"name": "a", "type": ["null", "int", "double"]},
                {"name": "b", "type": {"type": "enum", "name": "Colour", "symbols": ["red", "blue"]}},
                {"name": "c", "type": "string"},
                {"name": "g", "type": ["string", "null"]},
                {"name": "v", "type": {"type": "array", "items": "float"}},
                {"name": "skipped", "type": {"type": "record", "name": "Inner", "fields": [
                  {"name": "tags", "type": {"type": "map", "values": ["null", "string", "bytes"]}},
                  {"name": "sum", "type": {"type": "fixed", "name": "Sum", "size": 3}},
                  {"name": "on", "type": "boolean"},
                  {"name": "longs", "type": {"type": "array", "items": "long"}}]}},
                {"name": "w", "type": ["null", "float"]},
                {"name": "y", "type": ["null", "int"]}]}
              """);

  private static final ModelSpec SPEC = SpecResolver.resolve(PIPELINE, RICH);

  /** What we take, Avro's own reader takes too and reads the same. */
  @FuzzTest
  void anyBytesUnderARichSchema(byte[] payload) throws IOException {
    EventRow row = decode(RICH, SPEC, payload);
    if (row != null) {
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(payload, null);
      GenericRecord record = new GenericDatumReader<GenericRecord>(RICH).read(null, decoder);
      assertThat(decoder.isEnd()).isTrue();
      Object a = record.get("a");
      assertThat(row.numbers[0]).isEqualTo(a == null ? Double.NaN : ((Number) a).doubleValue());
      assertThat(row.labelled).isEqualTo(record.get("y") != null);
    }
  }

  /** The schema as JSON, a zero byte, the payload. */
  @FuzzTest
  @DictionaryEntries(
      value = {
        "\"type\"", "\"record\"", "\"name\"", "\"fields\"", "\"array\"", "\"items\"", "\"map\"",
        "\"values\"", "\"enum\"", "\"symbols\"", "\"fixed\"", "\"size\"", "\"null\"", "\"boolean\"",
        "\"int\"", "\"long\"", "\"float\"", "\"double\"", "\"string\"", "\"bytes\"", "\"default\"",
        "\"logicalType\"", "\"y\"", "\"a\"", "\"b\"", "\"v\""
      })
  void anySchemaAndAnyBytes(byte[] schemaAndPayload) {
    int end = 0;
    while (end < schemaAndPayload.length && schemaAndPayload[end] != 0) {
      end++;
    }
    Schema schema;
    try {
      schema =
          new Schema.Parser()
              .setValidateDefaults(false)
              .parse(new String(schemaAndPayload, 0, end, StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      return; // Avro has no one exception for this; the registry client takes any
    }
    int start = Math.min(end + 1, schemaAndPayload.length);
    byte[] payload = Arrays.copyOfRange(schemaAndPayload, start, schemaAndPayload.length);
    decode(schema, SPEC, payload);
    try {
      decode(schema, SpecResolver.resolve(OPEN, schema), payload);
    } catch (BadEventException e) {
      assertThat(e.reason()).isEqualTo(Reason.SCHEMA_MISMATCH);
    }
  }

  /** The row, or null if the event was refused. */
  private static EventRow decode(Schema schema, ModelSpec spec, byte[] payload) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    EventRow row = decoded(schema, spec, payload);
    long bytesMax = ALLOCATED_BYTES_MAX + 1000L * payload.length;
    if (THREADS.getCurrentThreadAllocatedBytes() - before > bytesMax) {
      before = THREADS.getCurrentThreadAllocatedBytes(); // the first time may load classes
      decoded(schema, spec, payload);
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated")
          .isLessThan(bytesMax);
    }
    if (row != null) {
      assertThatAModelCanUse(row);
    }
    return row;
  }

  private static EventRow decoded(Schema schema, ModelSpec spec, byte[] payload) {
    EventRow row = new FeatureSpace(spec.features()).newEvent();
    try {
      EventDecoder.compile(schema, spec).decode(payload, 0, row);
      return row;
    } catch (BadEventException e) {
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }

  private static void assertThatAModelCanUse(EventRow row) {
    for (double number : row.numbers) {
      assertThat(Double.isNaN(number) || Float.isFinite((float) number)).isTrue();
    }
    boolean missing = row.vectors.length > 0 && Float.isNaN(row.vectors[0]);
    for (float value : row.vectors) {
      assertThat(missing || Float.isFinite(value)).isTrue();
    }
    assertThat(!row.labelled || Float.isFinite((float) row.label)).isTrue();
    assertThat(row.weight).isBetween(0.0, (double) Float.MAX_VALUE);
  }
}
