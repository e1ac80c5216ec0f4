package dev.millrace.topology;

import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Events of a small schema, written by Avro's own writer, and a pipeline that reads them. */
final class Events {
  static final int SCHEMA_ID = 7;

  static final Schema SCHEMA =
      SchemaBuilder.record("Sample")
          .namespace("test")
          .fields()
          .optionalDouble("x")
          .requiredString("color")
          .requiredBytes("ignored")
          .name("y")
          .type()
          .optional()
          .stringType()
          .optionalDouble("w")
          .endRecord();

  private Events() {}

  static Pipeline pipeline(int batch, int snapshotEvery) {
    return pipeline(batch, snapshotEvery, "one_hot, categories: [red, green]");
  }

  /**
   * A pipeline of that schema.
   *
   * @param color the type of the field of this name, with its settings
   */
  static Pipeline pipeline(int batch, int snapshotEvery, String color) {
    String model =
        "layers: [{dense: 4, activation: tanh}], optimizer: {adam: {learning_rate: 0.01}}";
    String label = "{field: y, classes: [no, yes], weight: w}";
    return pipeline(color, label, model, batch, snapshotEvery);
  }

  /** A pipeline that predicts the weight of the same events by the given layers. */
  static Pipeline regression(int batch, String layers) {
    String color = "one_hot, categories: [red, green]";
    return pipeline(color, "{field: w}", "layers: " + layers, batch, 3);
  }

  /** A pipeline whose model is a panel. */
  static Pipeline auto(int batch, String color, String label) {
    return pipeline(color, label, "", batch, 3);
  }

  private static Pipeline pipeline(
      String color, String label, String model, int batch, int snapshotEvery) {
    return PipelineParser.parse(
        """
        name: test
        input:
          topic: in
          features:
            - x
            - {name: color, type: %s}
        label: %s
        model: {%s}
        batch: %d
        snapshots: {every: %d steps, keep: 2}
        """
            .formatted(color, label, model, batch, snapshotEvery),
        "test.yaml");
  }

  /** A good event, decided by its seed; about one in four has no label, and some a weight. */
  static byte[] good(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 77 + 1);
    GenericRecord event = new GenericData.Record(SCHEMA);
    double x = random.nextDouble(-1, 1);
    boolean red = random.nextBoolean();
    event.put("x", random.nextInt(8) == 0 ? null : (Double) x);
    event.put("color", red ? "red" : random.nextBoolean() ? "green" : "blue");
    event.put("ignored", java.nio.ByteBuffer.wrap(new byte[random.nextInt(5)]));
    event.put("y", random.nextInt(4) == 0 ? null : (x > 0) == red ? "yes" : "no");
    event.put("w", random.nextBoolean() ? null : (Double) (random.nextInt(5) / 2.0));
    return frame(SCHEMA_ID, write(event));
  }

  static byte[] write(GenericRecord event) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(event.getSchema()).write(event, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** What {@link #good} wrote. */
  static GenericRecord read(byte[] framed) {
    int from = WireFormat.PAYLOAD_OFFSET;
    try {
      return new GenericDatumReader<GenericRecord>(SCHEMA)
          .read(null, DecoderFactory.get().binaryDecoder(framed, from, framed.length - from, null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] frame(int schemaId, byte[] payload) {
    return WireFormat.frame(schemaId, payload);
  }
}
