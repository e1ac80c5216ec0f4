package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.cli.PipelineEndedException;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Poisons.Poison;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dead letters that cannot be written stop a pipeline with a message that names the topic and the
 * way out; when it is mended, everything goes on as if nothing had been.
 */
class DeadLetterTopicTest {
  private static final String TOPIC = "poisoned";
  private static final String LETTERS = "poison.dead-letters";
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** How a topic is spoiled, or mended again. */
  @FunctionalInterface
  private interface Change {
    void by(Admin admin) throws Exception;
  }

  @TempDir Path dir;
  private LocalCluster cluster;
  private SchemaRegistry registry;
  private Pipeline pipeline;
  private int schemaId;
  private final List<Poison> log = new ArrayList<>();

  @BeforeEach
  void start() {
    Map<String, String> settings = new HashMap<>(Topics.KEPT);
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("allow.everyone.if.no.acl.found", "true");
    cluster = LocalCluster.start(dir.resolve("cluster"), 0, 0, settings);
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
    cluster.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)));
    schemaId = registry.register(Subjects.value(TOPIC), PoisonSchemas.ALL.get(PoisonSchemas.GOOD));
    // A deleted topic is waited for, for a minute by default: here less, so that the test is short
    pipeline =
        PoisonTest.pipeline(
            """
            kafka: {bootstrap.servers: "%s", commit.interval.ms: 200, producer.max.block.ms: 4000,
              producer.request.timeout.ms: 3000, producer.delivery.timeout.ms: 8000,
              metadata.max.age.ms: 1000}
            registry: {schema.registry.url: "%s"}
            """
                .formatted(cluster.bootstrapServers(), cluster.registryUrl()));
  }

  @AfterEach
  void stop() {
    registry.close();
    cluster.close();
  }

  private PipelineRunner run() {
    return PipelineRunner.start(
        pipeline,
        dir.resolve("state"),
        KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
        registry,
        InstantSource.system());
  }

  /** Good ones, and a bad one at the end of each five. */
  private void send(int count) {
    try (var producer = Elec2.producer(cluster)) {
      for (int i = 0; i < count; i++) {
        Poison good = Poisons.good(name -> schemaId, log.size());
        boolean bad = log.size() % 5 == 4;
        Poison next =
            bad
                ? new Poison("bad", null, new byte[300], good.timestamp(), 0, "unknown_schema")
                : good;
        log.add(next);
        producer.send(new ProducerRecord<>(TOPIC, 0, next.timestamp(), null, next.value()));
      }
    }
  }

  private void shouldStopAndGoOn(Change spoil, String told, Change mend) throws Exception {
    try (PipelineRunner runner = run()) {
      send(18);
      Topics.awaitCommitted(cluster, "poison", TOPIC, 18);
      try (Admin admin = Topics.admin(cluster)) {
        spoil.by(admin);
      }
      send(20);
      assertThat(runner.awaitEnd(PATIENCE)).as("the pipeline ends").isTrue();
      assertThat(new PipelineEndedException("poison", runner.failure().orElse(null)))
          .hasMessageContaining("topic '" + LETTERS + "'")
          .hasMessageContaining(told)
          .hasMessageContaining("tart the pipeline again")
          .hasMessageContaining("Nothing is lost")
          .hasMessageNotContaining("\n");
    }
    try (Admin admin = Topics.admin(cluster)) {
      mend.by(admin);
    }
    try (PipelineRunner runner = run()) {
      Topics.awaitCommitted(cluster, "poison", TOPIC, log.size());
      assertThat(runner.failure()).isEmpty();
    }
    assertThatNothingIsMissing();
  }

  private void assertThatNothingIsMissing() {
    Ends reference = new Ends(pipeline, name -> schemaId, log);
    SortedMap<Long, Said> said = new TreeMap<>();
    for (var record : Topics.committed(cluster, pipeline.outputs().predictions())) {
      Said one = Said.of(Prediction.decode(record.value()));
      assertThat(said.put(one.offset(), one)).as("said twice").isNull();
    }
    assertThat(said).isEqualTo(reference.said);
    assertThat(Topics.lastMetrics(cluster, pipeline.outputs().metrics()).weightsDigest())
        .isEqualTo(reference.weightsDigest());
  }

  private List<Long> offsetsOfLetters() {
    return Topics.committed(cluster, LETTERS).stream()
        .map(letter -> Long.parseLong(Topics.header(letter, "__streams.errors.offset")))
        .toList();
  }

  @Test
  void shouldStopWhereTheTopicWasDeletedAndGoOnAfterARestart() throws Exception {
    shouldStopAndGoOn(
        admin -> admin.deleteTopics(Set.of(LETTERS)).all().get(), "is not there", admin -> {});
    assertThat(offsetsOfLetters())
        .as("since the topic was made anew")
        .containsExactly(19L, 24L, 29L, 34L);
  }

  @Test
  void shouldStopWhereTheTopicTakesNoRecordOfThisSizeAndGoOnWhenItDoes() throws Exception {
    shouldStopAndGoOn(
        admin -> maxMessageBytes(admin, "200"),
        "max.message.bytes",
        admin -> maxMessageBytes(admin, "4194304"));
    assertThat(offsetsOfLetters()).containsExactly(4L, 9L, 14L, 19L, 24L, 29L, 34L);
  }

  private static void maxMessageBytes(Admin admin, String bytes) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, LETTERS),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  @Test
  void shouldStopWhereTheTopicMayNotBeWrittenToAndGoOnWhenItMay() throws Exception {
    Set<AclBinding> rules =
        Set.of(
            rule(AclOperation.ALL, AclPermissionType.ALLOW),
            rule(AclOperation.WRITE, AclPermissionType.DENY));
    shouldStopAndGoOn(
        admin -> admin.createAcls(rules).all().get(),
        "may not be written to",
        admin -> admin.deleteAcls(rules.stream().map(AclBinding::toFilter).toList()).all().get());
    assertThat(offsetsOfLetters()).containsExactly(4L, 9L, 14L, 19L, 24L, 29L, 34L);
  }

  private static AclBinding rule(AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, LETTERS, PatternType.LITERAL),
        new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
  }
}
