package dev.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.schemas.wire.WireFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every record against Avro's own generic reader and writer, which know nothing of our encoder. */
class RecordsTest {
  private static final int ID = 0x01020304;

  /** One value of one record type, with its schema and its two directions. */
  record Sample(Record value, Schema schema, byte[] framed, Function<byte[], Record> decode) {
    @Override
    public String toString() {
      String text = value.toString();
      return text.substring(0, Math.min(100, text.length()));
    }
  }

  static Stream<Sample> samples() {
    return Stream.of(
            predictions()
                .map(p -> new Sample(p, Prediction.SCHEMA, p.encode(ID), Prediction::decode)),
            metrics().map(m -> new Sample(m, Metrics.SCHEMA, m.encode(ID), Metrics::decode)),
            manifests()
                .map(
                    m ->
                        new Sample(
                            m, SnapshotManifest.SCHEMA, m.encode(ID), SnapshotManifest::decode)),
            blocks()
                .map(b -> new Sample(b, SnapshotBlock.SCHEMA, b.encode(ID), SnapshotBlock::decode)),
            controls().map(c -> new Sample(c, Control.SCHEMA, c.encode(ID), Control::decode)),
            outcomes()
                .map(
                    o ->
                        new Sample(o, ControlOutcome.SCHEMA, o.encode(ID), ControlOutcome::decode)))
        .flatMap(s -> s);
  }

  private static Stream<Prediction> predictions() {
    float[] many = new float[1000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i * 0.001f;
    }
    float[] edges = {-0f, Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY};
    long max = Long.MAX_VALUE;
    return Stream.of(
        new Prediction(
            "elec2",
            41,
            "electricity",
            0,
            1336,
            1_700_000_000_000L,
            new float[] {0.25f, 0.75f},
            "UP",
            null,
            "DOWN",
            null,
            1.3862943611198906,
            null,
            null,
            0.125,
            List.of(
                new Prediction.Attribution("nswprice", 0.25),
                new Prediction.Attribution("größe", -1e-300)),
            0.5,
            Map.of("network", 0.75, "constant", 0.25)),
        new Prediction(
            "",
            0,
            "",
            0,
            0,
            -1,
            new float[0],
            null,
            -0.0,
            null,
            Double.NaN,
            0.0,
            -1.5,
            1e300,
            null,
            List.of(),
            null,
            Map.of()),
        new Prediction(
            "größe-価格-🜁",
            max,
            "t",
            Integer.MAX_VALUE,
            max,
            Long.MIN_VALUE,
            many,
            "ü".repeat(300),
            Double.MIN_VALUE,
            "x".repeat(5000),
            -1e300,
            null,
            null,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            Collections.nCopies(300, new Prediction.Attribution("", -0.0)),
            Double.NaN,
            Map.of("é".repeat(200), Double.NEGATIVE_INFINITY)),
        new Prediction(
            "edges", -1, "t", -1, -1, 64, edges, null, null, null, null, null, null, null, null,
            List.of(), null, Map.of()));
  }

  private static Stream<Metrics> metrics() {
    Map<String, Double> figures = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      figures.put("figure-" + i, i / 7.0);
    }
    return Stream.of(
        new Metrics(
            "elec2",
            0,
            1335,
            41,
            1336,
            1330,
            6,
            Map.of("truncated", 4L, "bad_index", 2L),
            1329,
            1312,
            15,
            1,
            1,
            0,
            Map.of("log_loss", 0.41, "accuracy", 0.83),
            "ab".repeat(32)),
        new Metrics("", 0, -1, 0, 0, 0, 0, Map.of(), 0, 0, 0, 0, 0, 0, Map.of(), ""),
        new Metrics(
            "wide",
            7,
            1L << 40,
            1,
            2,
            3,
            4,
            Map.of("empty", 1L << 40),
            5,
            6,
            7,
            8,
            9,
            10,
            figures,
            "é"));
  }

  private static Stream<SnapshotManifest> manifests() {
    List<SnapshotManifest.BlockRef> blocks = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      blocks.add(new SnapshotManifest.BlockRef("b/dense/" + i, 65536 + i, "0f".repeat(32)));
    }
    return Stream.of(
        new SnapshotManifest(
            "elec2-0",
            1000,
            1,
            "{\"layers\":[]}",
            new SnapshotManifest.Lineage(
                "electricity",
                0,
                0,
                31999,
                "cd".repeat(32),
                900L,
                List.of(new SnapshotManifest.Change(950, 31_000, "threads: was 1, is 2"))),
            blocks,
            List.of(1, 7, 100_000),
            "ef".repeat(32),
            Map.of("mae", 1.5)),
        new SnapshotManifest(
            "",
            0,
            1,
            "",
            new SnapshotManifest.Lineage("", 0, 0, -1, "", null, List.of()),
            List.of(),
            List.of(),
            "",
            Map.of()));
  }

  private static Stream<SnapshotBlock> blocks() {
    byte[] large = new byte[512 << 10];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31);
    }
    return Stream.of(
        new SnapshotBlock("elec2-0", 1000, "b/dense/0", large),
        new SnapshotBlock("", 0, "", new byte[0]));
  }

  private static Stream<Control> controls() {
    return Stream.concat(
        Stream.of(Control.Action.values())
            .map(action -> new Control("7c9e", action, null, List.of(), "ops", 1, null)),
        Stream.of(
            new Control(
                "",
                Control.Action.FREEZE,
                -0.5,
                List.of("dense_0", "größe"),
                "",
                Long.MIN_VALUE,
                "the feed of 3 p.m. is broken")));
  }

  private static Stream<ControlOutcome> outcomes() {
    return Stream.concat(
        controls().map(c -> new ControlOutcome("elec2", 0, 1, 0, 400, 12, null, c)),
        Stream.of(
            new ControlOutcome(
                "p", 1 << 20, Long.MAX_VALUE, 7, 0, 0, "the record has no value", null)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldDecodeWhatItEncoded(Sample sample) {
    assertThat(sample.decode().apply(sample.framed())).isEqualTo(sample.value());
    assertThat(WireFormat.schemaId(sample.framed())).isEqualTo(ID);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldBeReadByAvrosGenericReader(Sample sample) throws IOException {
    byte[] framed = sample.framed();
    GenericRecord read =
        new GenericDatumReader<GenericRecord>(sample.schema())
            .read(
                null,
                DecoderFactory.get()
                    .binaryDecoder(
                        framed,
                        WireFormat.PAYLOAD_OFFSET,
                        framed.length - WireFormat.PAYLOAD_OFFSET,
                        null));
    for (Schema.Field field : sample.schema().getFields()) {
      if (read.get(field.pos()) instanceof Map<?, ?> map) { // Avro hashes what we sort
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(key.toString(), value));
        read.put(field.pos(), sorted);
      }
    }
    assertThat(read.toString()).isEqualTo(generic(sample.value(), sample.schema()).toString());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldWriteTheSameBytesAsAvrosGenericWriter(Sample sample) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<>(sample.schema())
        .write(generic(sample.value(), sample.schema()), encoder);
    assertThat(sample.framed()).isEqualTo(WireFormat.frame(ID, out.toByteArray()));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldRefuseTrailingBytesAndEveryCutOff(Sample sample) {
    byte[] framed = sample.framed();
    assertThatThrownBy(() -> sample.decode().apply(Arrays.copyOf(framed, framed.length + 1)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("1 bytes remain");
    int step = Math.max(1, framed.length / 500);
    for (int length = 0; length < framed.length; length += step) {
      byte[] cut = Arrays.copyOf(framed, length);
      assertThatThrownBy(() -> sample.decode().apply(cut)).isInstanceOf(WireFormatException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldNeverFailOtherwiseOnDamagedBytes(Sample sample) {
    byte[] framed = sample.framed();
    int step = Math.max(1, framed.length / 500);
    for (int at = WireFormat.PAYLOAD_OFFSET; at < framed.length; at += step) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = framed.clone();
        damaged[at] ^= (byte) (1 << bit);
        try {
          assertThat(sample.decode().apply(damaged)).isNotNull();
        } catch (WireFormatException expected) {
          assertThat(expected).hasMessageContaining("byte");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldHaveTheComponentsOfTheSchemaInOrder(Sample sample) {
    assertThat(
            Stream.of(sample.value().getClass().getRecordComponents())
                .map(RecordComponent::getName))
        .containsExactlyElementsOf(
            sample.schema().getFields().stream().map(Schema.Field::name).toList());
  }

  /** The record as Avro's generic data, by the names of its components. */
  private static GenericRecord generic(Record value, Schema schema) {
    GenericRecord generic = new GenericData.Record(schema);
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Schema.Field field = schema.getField(component.getName());
      generic.put(field.pos(), plain(get(value, component), field.schema()));
    }
    return generic;
  }

  private static Object plain(Object value, Schema schema) {
    return switch (value) {
      case float[] floats -> {
        List<Float> list = new ArrayList<>();
        for (float f : floats) {
          list.add(f);
        }
        yield list;
      }
      case byte[] bytes -> ByteBuffer.wrap(bytes);
      case List<?> list -> list.stream().map(item -> plain(item, schema.getElementType())).toList();
      case Record nested -> generic(nested, schema.isUnion() ? schema.getTypes().get(1) : schema);
      case Enum<?> symbol -> new GenericData.EnumSymbol(schema, symbol);
      case null, default -> value;
    };
  }

  private static Object get(Record value, RecordComponent component) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
