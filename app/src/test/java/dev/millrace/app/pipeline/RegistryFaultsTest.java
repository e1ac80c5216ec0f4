package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.fault.FaultyRegistry;
import dev.millrace.app.fault.FaultyRegistry.Mode;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline whose schema registry is away, slow, broken, or none. */
class RegistryFaultsTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int RUN = 25; // events of a kind in a row

  @TempDir Path dir;
  private LocalCluster cluster;
  private FaultyRegistry faulty;
  private final AtomicInteger questions = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    cluster = LocalCluster.start(dir.resolve("cluster"));
    faulty = FaultyRegistry.start(cluster.registryUrl());
  }

  @AfterEach
  void stop() {
    faulty.close();
    cluster.close();
  }

  private Pipeline pipeline(String settings) {
    return Elec2.pipeline(
        Elec2.yaml(cluster.bootstrapServers(), faulty.url(), 32, 200)
            .replace("kafka: {", "kafka: {" + settings));
  }

  /** The real client, with a count of how often it was asked for a schema. */
  private SchemaRegistry client() {
    SchemaRegistry real = new ConfluentSchemaRegistry(Map.of("schema.registry.url", faulty.url()));
    return new SchemaRegistry() {
      @Override
      public int register(String subject, Schema schema) {
        return real.register(subject, schema);
      }

      @Override
      public Schema schemaById(int id) {
        questions.incrementAndGet();
        return real.schemaById(id);
      }

      @Override
      public java.util.Optional<Registered> latest(String subject) {
        return real.latest(subject);
      }

      @Override
      public List<String> subjects() {
        return real.subjects();
      }

      @Override
      public void close() {
        real.close();
      }
    };
  }

  private PipelineRunner run(Pipeline pipeline, SchemaRegistry registry) {
    return PipelineRunner.start(
        pipeline, dir.resolve("state"), KERNELS, registry, InstantSource.system());
  }

  /** Registers, past the faults, the rows' schema with one more field, and frames rows with it. */
  private List<byte[]> ofNewSchema(Pipeline pipeline, List<byte[]> values, int number)
      throws Exception {
    Schema old = Elec2.schema(pipeline);
    var fields = SchemaBuilder.record(old.getName()).namespace(old.getNamespace()).fields();
    for (Schema.Field field : old.getFields()) {
      fields = fields.name(field.name()).type(field.schema()).noDefault();
    }
    Schema schema = fields.optionalString("note" + number).endRecord();
    int id = Elec2.register(cluster.registryUrl(), schema);
    List<byte[]> framed = new ArrayList<>();
    for (byte[] value : values) {
      byte[] row = Arrays.copyOfRange(value, WireFormat.PAYLOAD_OFFSET, value.length + 1);
      row[row.length - 1] = 0; // the first branch of the union: null
      framed.add(WireFormat.frame(id, row, row.length));
    }
    return framed;
  }

  private void awaitQuestions(int count) {
    await().atMost(PATIENCE).until(() -> questions.get() >= count);
  }

  @Test
  void shouldGoOnWithKnownSchemasAndLetEventsOfNewOnesWaitWhateverTheRegistryDoes()
      throws Exception {
    Pipeline pipeline = pipeline("producer.transaction.timeout.ms: 600000, "); // waits half as long
    Outputs outputs = new Outputs(cluster.bootstrapServers(), pipeline);
    outputs.createInput();
    int id = Elec2.register(cluster, pipeline);
    List<byte[]> rows = Elec2.values(pipeline, id, 1_000);
    List<byte[]> sent = new ArrayList<>(rows.subList(0, RUN));
    Elec2.send(cluster, sent);
    try (SchemaRegistry registry = client();
        PipelineRunner runner = run(pipeline, registry)) {
      outputs.await(runner, RUN, PATIENCE);
      for (Mode mode : Mode.values()) {
        faulty.be(mode);
        List<byte[]> known = rows.subList(sent.size(), sent.size() + RUN);
        Elec2.send(cluster, known);
        sent.addAll(known);
        outputs.await(runner, sent.size(), PATIENCE);

        int before = questions.get();
        List<byte[]> unknown =
            ofNewSchema(pipeline, rows.subList(sent.size(), sent.size() + RUN), mode.ordinal());
        Elec2.send(cluster, unknown);
        Elec2.send(cluster, rows.subList(sent.size() + RUN, sent.size() + 2 * RUN));
        boolean answers = mode == Mode.WELL || mode == Mode.SLOW;
        awaitQuestions(before + (answers ? 1 : 2));
        if (!answers) {
          assertThat(outputs.committedOffset())
              .as("with the registry %s", mode)
              .isEqualTo(sent.size());
          faulty.be(Mode.WELL);
        }
        sent.addAll(unknown);
        sent.addAll(rows.subList(sent.size(), sent.size() + RUN));
        outputs.await(runner, sent.size(), PATIENCE);
      }
      assertThat(runner.failure()).isEmpty();
      outputs.requireAllAs(new Reference(pipeline, registry::schemaById, sent), sent.size());
    }
  }

  @Test
  void shouldStopInGoodOrderWhenTheRegistryStaysAwayAndGoOnAtTheNextStart() throws Exception {
    Pipeline pipeline = pipeline("producer.transaction.timeout.ms: 5000, ");
    Outputs outputs = new Outputs(cluster.bootstrapServers(), pipeline);
    outputs.createInput();
    int id = Elec2.register(cluster, pipeline);
    List<byte[]> rows = Elec2.values(pipeline, id, 3 * RUN);
    List<byte[]> sent = new ArrayList<>(rows.subList(0, RUN));
    try (SchemaRegistry registry = client();
        PipelineRunner runner = run(pipeline, registry)) {
      Elec2.send(cluster, sent);
      outputs.await(runner, RUN, PATIENCE);
      faulty.be(Mode.OVERLOADED);
      sent.addAll(ofNewSchema(pipeline, rows.subList(RUN, 2 * RUN), 1));
      sent.addAll(rows.subList(2 * RUN, 3 * RUN));
      Elec2.send(cluster, sent.subList(RUN, sent.size()));
      assertThat(runner.awaitEnd(PATIENCE)).isTrue();
      assertThat(runner.failure().orElseThrow())
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContaining(faulty.url())
          .hasMessageContaining("answered 503")
          .hasMessageContaining("no event is lost");
    }
    assertThat(outputs.committedOffset()).isEqualTo(RUN);
    faulty.be(Mode.WELL);
    try (SchemaRegistry registry = client();
        PipelineRunner runner = run(pipeline, registry)) {
      outputs.await(runner, sent.size(), PATIENCE);
      outputs.requireAllAs(new Reference(pipeline, registry::schemaById, sent), sent.size());
    }
  }

  @Test
  void shouldAskARegistryThatIsOnItsWayUpAFewTimesAndARefusedLoginOnce() throws Exception {
    Pipeline pipeline = pipeline("");
    new Outputs(cluster.bootstrapServers(), pipeline).createInput();
    Elec2.register(cluster, pipeline);
    for (Mode mode : List.of(Mode.DOWN, Mode.UNAUTHORIZED, Mode.WEB_PAGE, Mode.OTHER_JSON)) {
      faulty.be(mode);
      try (SchemaRegistry registry = client()) {
        assertThatThrownBy(() -> run(pipeline, registry))
            .as("with the registry %s", mode)
            .isInstanceOf(RegistryUnavailableException.class)
            .hasMessageContaining(faulty.url());
      }
    }
    faulty.be(Mode.DOWN);
    Thread mender =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Thread.sleep(1_500);
                    faulty.be(Mode.WELL);
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
    try (SchemaRegistry registry = client();
        PipelineRunner runner = run(pipeline, registry)) {
      assertThat(runner.failure()).isEmpty();
    } finally {
      mender.join();
    }
  }
}
