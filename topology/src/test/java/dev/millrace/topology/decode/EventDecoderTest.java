package dev.millrace.topology.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventDecoderTest {
  private static final Schema ENUM = Schema.createEnum("Size", null, "test", List.of("S", "M"));

  private static final Schema SCHEMA =
      SchemaBuilder.record("Everything")
          .namespace("test")
          .fields()
          .requiredBoolean("flag")
          .requiredInt("count")
          .requiredLong("big")
          .requiredFloat("half")
          .optionalDouble("x")
          .requiredString("color")
          .name("size")
          .type(ENUM)
          .noDefault()
          .name("v")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .name("tags")
          .type()
          .map()
          .values()
          .stringType()
          .noDefault()
          .name("inner")
          .type()
          .record("Inner")
          .fields()
          .requiredBytes("raw")
          .name("nothing")
          .type()
          .nullType()
          .noDefault()
          .endRecord()
          .noDefault()
          .name("y")
          .type()
          .optional()
          .longType()
          .endRecord();

  private static final ModelSpec SPEC =
      spec(
          List.of(
              FeatureSpec.numeric("flag"),
              FeatureSpec.numeric("count"),
              FeatureSpec.numeric("big"),
              FeatureSpec.numeric("half"),
              FeatureSpec.numeric("x"),
              FeatureSpec.oneHot("color", List.of("red", "green")),
              FeatureSpec.oneHot("size", List.of("S", "M")),
              FeatureSpec.vector("v", 3, false),
              FeatureSpec.numeric("absent")),
          List.of("10", "20"));

  private final EventRow event = new FeatureSpace(SPEC.features()).newEvent();

  private static ModelSpec spec(List<FeatureSpec> features, List<String> classes) {
    LabelSpec label = new LabelSpec("y", classes);
    return new ModelSpec(
        features,
        label,
        ModelSpec.withOutput(List.of(), label, ModelSpec.defaultLoss(label)),
        ModelSpec.defaultLoss(label),
        OptimizerSpec.of("sgd"),
        1,
        0);
  }

  private static GenericRecord record() {
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("flag", true);
    record.put("count", -3);
    record.put("big", 1L << 40);
    record.put("half", 0.5f);
    record.put("x", 2.25);
    record.put("color", "green");
    record.put("size", new GenericData.EnumSymbol(ENUM, "M"));
    record.put("v", List.of(1f, 2f, 3f));
    record.put("tags", Map.of("a", "é", "b", "日本語 a longer text"));
    GenericRecord inner = new GenericData.Record(SCHEMA.getField("inner").schema());
    inner.put("raw", ByteBuffer.wrap(new byte[] {1, 2, 3}));
    record.put("inner", inner);
    record.put("y", 20L);
    return record;
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

  private Reason refusal(byte[] bytes) {
    try {
      EventDecoder.compile(SCHEMA, SPEC).decode(bytes, 0, event);
      return null;
    } catch (BadEventException e) {
      assertThat(e.getMessage()).isNotBlank();
      return e.reason();
    }
  }

  @Test
  void shouldReadEveryKindOfFieldThatAvroWrote() {
    EventDecoder decoder = EventDecoder.compile(SCHEMA, SPEC);
    decoder.decode(bytes(record()), 0, event);
    assertThat(Arrays.copyOf(event.numbers, 5)).containsExactly(1, -3, 1L << 40, 0.5, 2.25);
    assertThat(event.numbers[5]).as("a field that the schema lacks").isNaN();
    assertThat(event.categories).containsExactly(1, 1);
    assertThat(event.vectors).containsExactly(1, 2, 3);
    assertThat(event.labelled).isTrue();
    assertThat(event.label).isEqualTo(1);
    assertThat(decoder.missingFeatures()).containsExactly("absent");
  }

  @Test
  void shouldTakeANullLabelAsUnlabelledAndANullNumberAsMissing() {
    GenericRecord record = record();
    record.put("y", null);
    record.put("x", null);
    EventDecoder.compile(SCHEMA, SPEC).decode(bytes(record), 0, event);
    assertThat(event.labelled).isFalse();
    assertThat(event.numbers[4]).isNaN();
  }

  @Test
  void shouldTakeAnUnstatedCategoryAsUnknown() {
    GenericRecord record = record();
    record.put("color", "mauve");
    EventDecoder.compile(SCHEMA, SPEC).decode(bytes(record), 0, event);
    assertThat(event.categories[0]).isEqualTo(2);
  }

  @Test
  void shouldKnowAGrowingTextByTheKeyOfItsBytesOrOfWhatSpellsIt() {
    ModelSpec growing =
        spec(
            List.of(
                FeatureSpec.growing("color", 9),
                FeatureSpec.growing("size", 9),
                FeatureSpec.growing("flag", 9),
                FeatureSpec.growing("count", 9),
                FeatureSpec.growing("big", 9),
                FeatureSpec.growing("absent", 9)),
            List.of("10", "20"));
    EventRow keys = new FeatureSpace(growing.features()).newEvent();
    GenericRecord record = record();
    for (String color : List.of("", "green", "日本語 a longer text")) {
      record.put("color", color);
      EventDecoder.compile(SCHEMA, growing).decode(bytes(record), 0, keys);
      assertThat(keys.categories)
          .containsExactly(
              key(color), key("M"), key("true"), key("-3"), key("1099511627776"), EventRow.MISSING);
    }
  }

  private static long key(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 0, bytes.length);
  }

  @Test
  void shouldRefuseALabelThatIsNoClass() {
    GenericRecord record = record();
    record.put("y", 30L);
    assertThat(refusal(bytes(record))).isEqualTo(Reason.UNKNOWN_LABEL);
  }

  @ParameterizedTest
  @EnumSource(NotFinite.class)
  void shouldRefuseANumberThatIsNotFiniteAsAFloat(NotFinite value) {
    GenericRecord record = record();
    record.put("x", value.number);
    assertThat(refusal(bytes(record))).isEqualTo(Reason.NOT_FINITE);
    GenericRecord vector = record();
    vector.put("v", List.of(1f, (float) value.number, 3f));
    assertThat(refusal(bytes(vector))).isEqualTo(Reason.NOT_FINITE);
  }

  private enum NotFinite {
    NAN(Double.NaN),
    INFINITE(Double.NEGATIVE_INFINITY),
    HUGE(1e308);

    final double number;

    NotFinite(double number) {
      this.number = number;
    }
  }

  private static final Schema WEIGHTED =
      SchemaBuilder.record("Weighted")
          .fields()
          .requiredDouble("x")
          .optionalDouble("w")
          .optionalDouble("y")
          .endRecord();

  private static ModelSpec weighted(LossSpec loss) {
    LabelSpec label = new LabelSpec("y", List.of(), "w");
    return new ModelSpec(
        List.of(FeatureSpec.numeric("x")),
        label,
        ModelSpec.withOutput(List.of(), label, loss),
        loss,
        OptimizerSpec.of("sgd"),
        1,
        0);
  }

  private static EventRow read(LossSpec loss, Double weight, Double label) {
    GenericRecord record = new GenericData.Record(WEIGHTED);
    record.put("x", 1.0);
    record.put("w", weight);
    record.put("y", label);
    ModelSpec spec = weighted(loss);
    EventRow row = new FeatureSpace(spec.features()).newEvent();
    EventDecoder.compile(WEIGHTED, spec).decode(bytes(record), 0, row);
    return row;
  }

  @Test
  void shouldReadAWeightAndTakeOneThatIsMissingAsOne() {
    assertThat(read(LossSpec.HUBER, 2.5, -3.0).weight).isEqualTo(2.5);
    assertThat(read(LossSpec.HUBER, 0.0, -3.0).weight).isZero();
    assertThat(read(LossSpec.HUBER, null, -3.0).weight).isEqualTo(1);
    assertThat(read(LossSpec.HUBER, null, -3.0).label).isEqualTo(-3);
    Schema without = SchemaBuilder.record("R").fields().requiredDouble("x").endRecord();
    EventRow row = new FeatureSpace(weighted(LossSpec.HUBER).features()).newEvent();
    row.weight = 7; // of the event before
    EventDecoder.compile(without, weighted(LossSpec.HUBER)).decode(new byte[8], 0, row);
    assertThat(row.weight).isEqualTo(1);
  }

  @Test
  void shouldRefuseAWeightThatIsNegativeOrNotFiniteAndACountBelowZero() {
    assertRefused(Reason.NEGATIVE, () -> read(LossSpec.HUBER, -0.5, 1.0), "weight 'w' is -0.5");
    assertRefused(Reason.NOT_FINITE, () -> read(LossSpec.HUBER, Double.NaN, 1.0), "field 'w'");
    assertRefused(Reason.NOT_FINITE, () -> read(LossSpec.HUBER, 1e300, 1.0), "field 'w'");
    assertRefused(
        Reason.NEGATIVE,
        () -> read(LossSpec.POISSON, 1.0, -1.0),
        "poisson is for counts; label 'y' is -1.0, less than 0");
    assertThat(read(LossSpec.POISSON, 1.0, 0.0).labelled).isTrue();
  }

  private static void assertRefused(Reason reason, ThrowingCallable read, String message) {
    assertThatThrownBy(read)
        .isInstanceOfSatisfying(
            BadEventException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseAVectorOfAnotherLength() {
    GenericRecord record = record();
    record.put("v", List.of(1f, 2f));
    assertThat(refusal(bytes(record))).isEqualTo(Reason.WRONG_LENGTH);
    record.put("v", List.of(1f, 2f, 3f, 4f));
    assertThat(refusal(bytes(record))).isEqualTo(Reason.WRONG_LENGTH);
  }

  @Test
  void shouldRefuseEveryCutAndEveryByteTooMany() {
    byte[] whole = bytes(record());
    for (int length = 0; length < whole.length; length++) {
      assertThat(refusal(Arrays.copyOf(whole, length))).as("cut at %d", length).isNotNull();
    }
    assertThat(refusal(Arrays.copyOf(whole, whole.length + 1))).isEqualTo(Reason.TRAILING_BYTES);
  }

  /** Whatever the bytes, the answer is a row or a refusal, never another exception. */
  @Test
  void shouldAnswerAnyChangeOfBytesWithARowOrARefusal() {
    byte[] whole = bytes(record());
    SplittableRandom random = new SplittableRandom(11);
    int refused = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] changed = whole.clone();
      for (int k = 0; k <= random.nextInt(4); k++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      refused += refusal(changed) == null ? 0 : 1;
    }
    assertThat(refused).isBetween(10_000, 49_999);
  }

  @Test
  void shouldRefuseInvalidUtf8EvenInATextThatNoFeatureReads() {
    Schema schema = SchemaBuilder.record("R").fields().requiredString("skipped").endRecord();
    EventDecoder decoder =
        EventDecoder.compile(schema, spec(List.of(FeatureSpec.numeric("x")), List.of()));
    int[][] wrong = {
      {0xC0, 0x80},
      {0xED, 0xA0, 0x80},
      {0xF5, 0x80, 0x80, 0x80},
      {0xE2, 0x82},
      {0x80},
      {0xF0, 0x8F, 0xBF, 0xBF}
    };
    for (int[] sequence : wrong) {
      byte[] bytes = new byte[1 + 9 + sequence.length];
      bytes[0] = (byte) ((9 + sequence.length) * 2);
      Arrays.fill(bytes, 1, 10, (byte) 'a');
      for (int i = 0; i < sequence.length; i++) {
        bytes[10 + i] = (byte) sequence[i];
      }
      assertThatThrownBy(() -> decoder.decode(bytes, 0, event))
          .isInstanceOfSatisfying(
              BadEventException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_UTF8));
    }
  }

  @Test
  void shouldRefuseAFewBytesThatClaimMillionsOfItems() {
    for (Schema item : List.of(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.LONG))) {
      Schema schema =
          SchemaBuilder.record("R")
              .fields()
              .name("a")
              .type(Schema.createArray(item))
              .noDefault()
              .endRecord();
      EventDecoder decoder =
          EventDecoder.compile(schema, spec(List.of(FeatureSpec.numeric("x")), List.of()));
      byte[] bytes = {(byte) 0x80, (byte) 0x89, (byte) 0x7A, 0, 0};
      assertThatThrownBy(() -> decoder.decode(bytes, 0, event))
          .isInstanceOfSatisfying(
              BadEventException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_LENGTH));
    }
  }

  @Test
  void shouldRefuseASchemaThatContainsItself() {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Node", "fields": [
                  {"name": "x", "type": "double"},
                  {"name": "next", "type": ["null", "Node"]}]}
                """);
    assertThatThrownBy(
            () -> EventDecoder.compile(schema, spec(List.of(FeatureSpec.numeric("x")), List.of())))
        .hasMessageContaining("contains itself");
  }

  @Test
  void shouldRefuseAFieldOfATypeThatTheFeatureCannotBeReadFrom() {
    Schema schema = SchemaBuilder.record("R").fields().requiredString("x").endRecord();
    assertThatThrownBy(
            () -> EventDecoder.compile(schema, spec(List.of(FeatureSpec.numeric("x")), List.of())))
        .hasMessageContaining("field 'x' is \"string\"")
        .hasMessageContaining("a number");
  }
}
