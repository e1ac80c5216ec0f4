package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Whatever the schema and the records of it: they are decoded, featurised, predicted and learned
 * without an exception, and every prediction and every weight is a number. Ten thousand schemas:
 *
 * <pre>
 *   mvn verify -pl topology -am -Dtest=AnySchemaTest -Dmillrace.schemas=10000
 * </pre>
 */
class AnySchemaTest {
  private static final int EVENTS = 6;
  private static final int SCHEMAS_OF_A_TRY = Integer.getInteger("millrace.schemas", 1_000) / 10;
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  /** Each try draws many, as what jqwik does between two of them costs more than a schema. */
  @Property(tries = 10)
  void shouldLearnFromAnySchema(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long predictions = 0;
    for (int i = 0; i < SCHEMAS_OF_A_TRY; i++) {
      predictions += learn(random.nextLong());
    }
    assertThat(predictions)
        .as("most events are none to refuse")
        .isGreaterThan(3L * SCHEMAS_OF_A_TRY);
  }

  /** How many of the events could be predicted. */
  private static int learn(long seed) {
    SchemaDraw draw = new SchemaDraw(new SplittableRandom(seed));
    Schema schema = draw.event();
    Schema evolved = draw.without(schema);
    Pipeline pipeline = PipelineParser.parse(draw.pipeline(schema), "seed " + seed);
    Check check = new Check(seed);
    try (LearningLoop loop =
        new LearningLoop(pipeline, KERNELS, id -> id == 1 ? schema : evolved, check)) {
      for (int i = 0; i < EVENTS; i++) {
        boolean old = i == 0 || draw.random().nextInt(4) > 0;
        byte[] payload = bytes((GenericRecord) draw.value(old ? schema : evolved));
        byte[] value = WireFormat.frame(old ? 1 : 2, payload, payload.length);
        loop.accept(new Event(null, value, "t", 0, i, 0));
      }
      loop.predict();
      loop.writeAll((key, block) -> check.block(key, block));
      assertThat(check.predictions + check.refusals).as("seed %d", seed).isEqualTo(EVENTS);
      return check.predictions;
    }
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

  /** Predictions and weights are numbers; dead letters say that a value was none. */
  private static final class Check implements LearningLoop.Sink {
    private final long seed;
    private int predictions;
    private int refusals;

    Check(long seed) {
      this.seed = seed;
    }

    @Override
    public void prediction(Event event, Outcome outcome) {
      predictions++;
      for (float output : outcome.outputs) {
        assertThat(output).as("seed %d", seed).isFinite();
      }
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      refusals++;
      assertThat(why.reason())
          .as("seed %d: %s", seed, why.getMessage())
          .isIn(List.of(Reason.NOT_FINITE, Reason.WRONG_LENGTH));
    }

    @Override
    public void skipped(dev.millrace.engine.Learner.Step step) {}

    @Override
    public void snapshot(dev.millrace.engine.Learner learner) {}

    void block(String key, byte[] block) {
      if (key.startsWith("b/") && !key.contains(".touched")) {
        ByteBuffer floats = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.remaining() >= Float.BYTES) {
          assertThat(floats.getFloat()).as("seed %d, %s", seed, key).isFinite();
        }
      }
    }
  }
}
