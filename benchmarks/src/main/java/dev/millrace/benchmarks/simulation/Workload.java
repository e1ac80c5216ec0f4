package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.random.CounterRandom;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.OutputSchemas;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What is learned in a history: a pipeline and the whole input, decided by a seed.
 *
 * @param yaml the pipeline file
 * @param partitions the events of each, in offset order; offsets have gaps, as in a real log
 * @param controls the values of each partition of the control topic, in order
 */
record Workload(
    String yaml, Pipeline pipeline, List<List<Input>> partitions, List<List<byte[]>> controls) {
  /** One record of the input. */
  record Input(Event event, String headerText) {
    /** Fresh ones, since who receives a record may add to its headers. */
    Headers headers() {
      Headers headers = new RecordHeaders();
      if (!headerText.isEmpty()) {
        headers.add("trace", headerText.getBytes(StandardCharsets.UTF_8));
      }
      return headers;
    }
  }

  /** As a registry would have given them. */
  static final OutputSchemas IDS = new OutputSchemas(101, 102, 103, 104, 105, 106);

  /** For which draws are made, "under". */
  private static final long UNDERSAMPLING = 0x756e646572L;

  private static final int EVENTS_MIN = 30;
  private static final int EVENTS_MAX = 160;

  static Workload of(SplittableRandom random) {
    PipelineDraw draw = new PipelineDraw(random.split());
    String yaml = draw.yaml();
    Pipeline pipeline = PipelineParser.parse(yaml, "simulated.yaml");
    List<List<Input>> partitions = new ArrayList<>();
    List<List<byte[]>> controls = new ArrayList<>();
    int count = random.nextInt(1, 4);
    for (int partition = 0; partition < count; partition++) {
      partitions.add(log(random.split(), pipeline.input().topic(), partition));
      controls.add(ControlDraw.records(random.split()));
    }
    return new Workload(yaml, pipeline, partitions, controls);
  }

  private static List<Input> log(SplittableRandom random, String topic, int partition) {
    EventDraw draw = new EventDraw(random);
    List<Input> log = new ArrayList<>();
    int events = random.nextInt(EVENTS_MIN, EVENTS_MAX);
    long offset = random.nextInt(3);
    for (int i = 0; i < events; i++) {
      byte[] key = random.nextInt(3) == 0 ? null : new byte[] {(byte) random.nextInt(5)};
      long time = random.nextInt(20) == 0 ? random.nextLong(1L << 50) : 1_700_000_000_000L + i;
      String header = random.nextInt(10) == 0 ? "t" + i : "";
      byte[] value = draw.next();
      log.add(new Input(new Event(key, value, topic, partition, offset, time), header));
      offset += random.nextInt(15) == 0 ? random.nextInt(2, 5) : 1;
    }
    return log;
  }

  /** Where a record of the control topic stands; the end of its transaction takes a place too. */
  static long controlOffset(int index) {
    return 2L * index;
  }

  /** The value at a place of the control topic. */
  byte[] control(int partition, long offset) {
    return controls.get(partition).get((int) (offset / 2));
  }

  /** Events that a step learns from. */
  int batch() {
    return pipeline.batch().orElseThrow();
  }

  /** Whether undersampling leaves an event out, as docs/pipelines.md has it. */
  boolean leavesOut(long offset, String labelClass) {
    Optional<ImbalanceSpec.Undersampling> stated = pipeline.label().imbalance().undersampling();
    return stated.isPresent()
        && stated.get().classes().contains(labelClass)
        && CounterRandom.uniform(pipeline.seed(), UNDERSAMPLING, offset) >= stated.get().rate();
  }

  /** The registry. */
  static Schema schema(int id) {
    Schema schema = EventDraw.SCHEMAS.get(id);
    if (schema == null) {
      throw new BadEventException(Reason.UNKNOWN_SCHEMA, "no schema " + id);
    }
    return schema;
  }

  static LearningLoop.Schemas schemas() {
    return Workload::schema;
  }
}
