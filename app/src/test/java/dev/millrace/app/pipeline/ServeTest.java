package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.pipeline.Served.Answer;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.RegistrySchemas;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.serve.RequestTopic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Models served from their published copies, on a real broker, while a pipeline learns on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLASSES = 2;

  /** What is no input of the model: its label and the label's weight. */
  private static final List<String> NO_INPUTS = List.of("class", "period");

  /** 21 steps of 32 events: copies of version 10 and 20. */
  private static final int LEARNED = 700;

  private Stage stage;
  private Schema schema;
  private List<byte[]> values;
  private Pipeline learned; // to that offset, and no further

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    stage = new Stage(dir);
    schema = Elec2.schema(Elec2.pipeline(stage.yaml("elec2", 16)));
    values = stage.values(1_500);
    learned = pipeline("learned");
    stage.learn(learned, LEARNED);
  }

  @AfterAll
  void stop() {
    stage.close();
  }

  private Pipeline pipeline(String name) {
    return Elec2.pipeline(stage.yaml(name, 16));
  }

  /** A request of one event. */
  private String request(int offset) throws Exception {
    return Served.request(schema, values.subList(offset, offset + 1), NO_INPUTS).toString();
  }

  /** A pipeline of its own topic learns the events to before an offset. */
  private void learn(Pipeline pipeline, int from, int to) throws Exception {
    String topic = pipeline.input().topic();
    try (var producer = Elec2.producer(stage.cluster)) {
      values.subList(from, to).forEach(v -> producer.send(new ProducerRecord<>(topic, v)));
    }
    try (PipelineRunner runner = stage.start(pipeline)) {
      Topics.awaitCommitted(stage.cluster, pipeline.name(), topic, to);
      assertThat(runner.failure()).isEmpty();
    }
  }

  @Test
  void shouldSayOfTheNextEventWhatTheRunSaysAndChangeAsItLearnsOn() throws Exception {
    String topic = "other-events";
    Pipeline pipeline =
        Elec2.pipeline(stage.yaml("goes-on", 16).replace("topic: electricity", "topic: " + topic));
    stage.cluster.createTopics(List.of(new NewTopic(topic, 1, (short) 1)));
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      registry.register(Subjects.value(topic), schema);
    }
    learn(pipeline, 0, LEARNED);
    try (Served served = new Served(pipeline).awaitVersion(20)) {
      Answer first = served.infer(request(640));
      var said = stage.said(pipeline, 640).getFirst();
      assertThat(said.offset()).isEqualTo(640);
      assertThat(said.version()).isEqualTo(20);
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.version()).isEqualTo(20);
      assertThat(first.bits(0, CLASSES)).isEqualTo(said.outputBits());
      assertThat(served.infer(request(640)).bits(0, CLASSES)).isEqualTo(first.bits(0, CLASSES));

      learn(pipeline, LEARNED, 1_400);
      served.awaitVersion(40);
      var later = stage.said(pipeline, 1_280).getFirst();
      assertThat(served.infer(request(1_280)).bits(0, CLASSES)).isEqualTo(later.outputBits());
      assertThat(served.infer(request(640)).bits(0, CLASSES)).isNotEqualTo(first.bits(0, CLASSES));
    }
  }

  /** A pipeline that never ran here: nothing of it is there but a topic of copies. */
  private Pipeline copiesOnly(String name) {
    Pipeline pipeline = pipeline(name);
    String topic = pipeline.outputs().snapshots();
    stage.cluster.createTopics(List.of(new NewTopic(topic, 1, (short) 1)));
    republish(pipeline, 10, 10, false);
    republish(pipeline, 20, 20, false);
    return pipeline;
  }

  /** Publishes a copy of what was learned as one of another pipeline and version. */
  private void republish(Pipeline pipeline, long from, long as, boolean broken) {
    SnapshotManifest of = stage.manifests(learned).get(from);
    String model = pipeline.name() + "-0";
    String topic = pipeline.outputs().snapshots();
    String prefix = model + "/" + as + "/";
    SnapshotManifest manifest =
        new SnapshotManifest(
            model,
            as,
            of.formatVersion(),
            of.spec(),
            of.lineage(),
            of.blocks(),
            of.schemaIds(),
            of.weightsDigest(),
            of.metrics());
    try (var producer = Elec2.producer(stage.cluster)) {
      stage
          .copy(learned, from)
          .forEach(
              (key, data) -> {
                if (broken && key.startsWith("b/")) {
                  data[0] ^= 1;
                }
                byte[] block = new SnapshotBlock(model, as, key, data).encode(1);
                producer.send(new ProducerRecord<>(topic, 0, bytes(prefix + key), block));
              });
      producer.send(new ProducerRecord<>(topic, 0, bytes(prefix + "manifest"), manifest.encode(1)));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldGoOnWithTheModelBeforeACopyThatIsNotWhatWasPublished() throws Exception {
    Pipeline pipeline = copiesOnly("broken-copy");
    try (Served served = new Served(pipeline).awaitVersion(20)) {
      Answer before = served.infer(request(640));
      republish(pipeline, 10, 30, true);
      await().atMost(PATIENCE).until(() -> !served.broken.isEmpty());
      assertThat(served.broken).hasSize(1).first().asString().contains("broken-copy-0/30");
      Answer after = served.infer(request(640));
      assertThat(after.version()).isEqualTo(20);
      assertThat(after.bits(0, CLASSES)).isEqualTo(before.bits(0, CLASSES));

      republish(pipeline, 10, 40, false);
      served.awaitVersion(40);
      assertThat(served.infer(request(640)).bits(0, CLASSES)).isNotEqualTo(before.bits(0, CLASSES));
    }
    try (Served pinned = new Served(pipeline, CopyName.of(10), "127.0.0.1", Optional.empty())) {
      pinned.awaitVersion(10);
      assertThat(pinned.versions).containsExactly(10L);
      assertThat(pinned.broken).isEmpty();
    }
  }

  @Test
  void shouldAnswerEachRequestByOneVersionWhileModelsAreExchanged() throws Exception {
    Pipeline pipeline = copiesOnly("exchanged");
    int rows = 40;
    List<byte[]> same = Collections.nCopies(rows, values.get(640));
    String request = Served.request(schema, same, NO_INPUTS).toString();
    Map<Long, List<Integer>> byVersion = new ConcurrentHashMap<>();
    try (Served served = new Served(pipeline).awaitVersion(20);
        ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Object>> asked =
          IntStream.range(0, 4)
              .mapToObj(
                  asker ->
                      askers.submit(
                          () -> {
                            while (!byVersion.containsKey(60L)) {
                              Answer answer = served.infer(request);
                              assertThat(answer.status()).isEqualTo(200);
                              List<Integer> bits = answer.bits(0, CLASSES);
                              for (int row = 1; row < rows; row++) {
                                assertThat(answer.bits(row, CLASSES)).isEqualTo(bits);
                              }
                              List<Integer> known = byVersion.putIfAbsent(answer.version(), bits);
                              assertThat(known == null ? bits : known).isEqualTo(bits);
                            }
                            return null;
                          }))
              .toList();
      for (long version = 21; version <= 60; version++) {
        republish(pipeline, version % 2 == 0 ? 20 : 10, version, false);
      }
      for (Future<Object> one : asked) {
        one.get();
      }
      assertThat(byVersion.values().stream().distinct().count()).isEqualTo(2);
      assertThat(byVersion.size()).isGreaterThan(5);
      byVersion.forEach(
          (version, bits) ->
              assertThat(bits.equals(byVersion.get(60L))).isEqualTo(version % 2 == 0));
    }
  }

  @Test
  void shouldSpeakTheOpenInferenceProtocol() throws Exception {
    try (Served served = new Served(learned).awaitVersion(20)) {
      assertThat(served.get("/v2").body().get("name").asText()).isEqualTo("millrace");
      assertThat(served.get("/v2/health/live").body().get("live").asBoolean()).isTrue();
      assertThat(served.get("/v2/health/ready").body().get("ready").asBoolean()).isTrue();
      assertThat(served.get("/v2/models/learned/ready").status()).isEqualTo(200);
      assertThat(served.get("/v2/models/learned/versions/20/ready").status()).isEqualTo(200);
      assertThat(served.get("/v2/models/learned/versions/10/ready").status()).isEqualTo(503);

      JsonNode model = served.get("/v2/models/learned").body();
      assertThat(model.get("versions").toString()).isEqualTo("[\"20\"]");
      assertThat(model.get("inputs").toString())
          .contains("{\"name\":\"nswprice\",\"datatype\":\"FP64\",\"shape\":[-1]}")
          .doesNotContain("class")
          .doesNotContain("period");
      assertThat(model.get("outputs").get(0).toString())
          .isEqualTo("{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,2]}");

      ObjectNode request = Served.request(schema, values.subList(640, 643), NO_INPUTS);
      request.put("id", "question 7");
      request.putArray("outputs").addObject().put("name", "label");
      Answer answer = served.post("/v2/models/learned/versions/20/infer", request.toString());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().get("id").asText()).isEqualTo("question 7");
      assertThat(answer.body().get("model_version").asText()).isEqualTo("20");
      assertThat(answer.body().get("parameters").get("offset").asLong()).isEqualTo(639);
      assertThat(answer.body().get("outputs")).hasSize(1);
      assertThat(answer.output("label")).hasSize(3);
      assertThat(answer.output("label").get(0).asText()).isIn("UP", "DOWN");

      assertThat(served.text("/metrics"))
          .contains("millrace_serving_model_version{partition=\"0\",pipeline=\"learned\"} 20.0")
          .contains("millrace_serving_model_age_seconds{")
          .contains("millrace_serving_rows_total{pipeline=\"learned\"} 3.0")
          .contains(
              "millrace_serving_requests_total{outcome=\"answered\",pipeline=\"learned\"} 1.0")
          .contains("millrace_serving_request_seconds_bucket{");
    }
  }

  @Test
  void shouldTakeWhatIsLeftOutAsMissingAndRefuseWhatIsNoRequestWithTheReason() throws Exception {
    try (Served served = new Served(learned).awaitVersion(20)) {
      List<byte[]> one = values.subList(640, 641);
      List<String> without = List.of("class", "period", "nswdemand");
      Answer missing = served.infer(Served.request(schema, one, without).toString());
      ObjectNode saysNull = Served.request(schema, one, NO_INPUTS);
      for (JsonNode input : saysNull.get("inputs")) {
        if (input.get("name").asText().equals("nswdemand")) {
          ((ObjectNode) input).putArray("data").addNull();
        }
      }
      assertThat(missing.status()).isEqualTo(200);
      assertThat(served.infer(saysNull.toString()).bits(0, CLASSES))
          .isEqualTo(missing.bits(0, CLASSES))
          .isNotEqualTo(served.infer(request(640)).bits(0, CLASSES));

      refused(served, "{", "the body is no JSON");
      refused(served, "{}", "at least one input");
      refused(served, input("nswprise", "FP64", "[1]", "[0.5]"), "no field 'nswprise'");
      refused(served, input("nswprice", "FP64", "[2]", "[0.5]"), "has shape [2] and 1 values");
      String hundred = "[0" + ",1".repeat(99) + "]";
      String claimed =
          "{\"inputs\":[{\"name\":\"nswprice\",\"datatype\":\"FP64\",\"shape\":[%s],\"data\":%s}]}";
      refused(served, claimed.formatted("1099511627776", hundred), "and 100 values");
      refused(served, claimed.formatted("4294967296,4294967296", hundred), "overflow");
      refused(served, input("nswprice", "FP64", "[1, 2]", "[0.5, 1]"), "expected FP64 of shape");
      refused(served, input("nswprice", "BYTES", "[1]", "[\"dear\"]"), "is texts");
      refused(served, input("nswprice", "TEXT", "[1]", "[0.5]"), "has datatype 'TEXT'");
      refused(served, input("nswprice", "FP64", "[1]", "[1e300]"), "not finite as a float");
      refused(
          served,
          input("nswprice", "FP64", "[1]", "[0.5]")
              .replace("{\"inputs", "{\"outputs\":[{\"name\":\"y\"}],\"inputs"),
          "no output 'y'");
      refused(
          served,
          input("nswprice", "FP64", "[1]", "[0.5]")
              .replace("{\"inputs", "{\"parameters\":{\"partition\":3},\"inputs"),
          "'partition' is 3; expected 0 to 0");
      assertThat(served.get("/v2/models/other").status()).isEqualTo(404);
      Answer old = served.post("/v2/models/learned/versions/10/infer", request(640));
      assertThat(old.status()).isEqualTo(404);
      assertThat(old.body().get("error").asText()).contains("version 20 is");
    }
  }

  private static String input(String name, String datatype, String shape, String data) {
    return "{\"inputs\":[{\"name\":\"%s\",\"data\":%s,\"shape\":%s,\"datatype\":\"%s\"}]}"
        .formatted(name, data, shape, datatype);
  }

  private static void refused(Served served, String body, String why) throws Exception {
    Answer answer = served.infer(body);
    assertThat(answer.body().get("error").asText()).contains(why);
    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void shouldAnswerOthersThanThisMachineOnlyWithTheToken() throws Exception {
    try (Served served = new Served(learned, CopyName.NEWEST, "0.0.0.0", Optional.of("secret"))) {
      served.awaitVersion(20);
      String path = "/v2/models/learned/infer";
      Answer refused = served.post(path, request(640));
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.body().get("error").asText()).contains("token");
      assertThat(served.post(path, request(640), "Authorization", "Bearer secret").status())
          .isEqualTo(200);
      assertThat(served.get("/v2/health/ready").status()).isEqualTo(200);
      assertThat(served.text("/metrics")).contains("millrace_serving_model_version");
    }
    try (Served served = new Served(learned).awaitVersion(20)) {
      Answer foreign =
          served.post("/v2/models/learned/infer", request(640), "Origin", "http://evil.example");
      assertThat(foreign.status()).isEqualTo(403);
      assertThat(foreign.body().get("error").asText()).contains("127.0.0.1 only");
    }
  }

  @Test
  void shouldSayWhatIsWrongWhereThereIsNothingToServe() throws Exception {
    Path never = stage.file("never", stage.yaml("never", 16));
    Stage.Answer none = Stage.millrace("serve", never, "--http", "off");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("there is no topic 'never.snapshots'").contains("millrace run");
    Path file = stage.file("learned", stage.yaml("learned", 16));
    Stage.Answer gone = Stage.millrace("serve", file, "--http", "off", "--model-version", "15");
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.err())
        .contains("version 15 of pipeline 'learned' is not among the copies")
        .contains("millrace snapshots list");
    assertThat(Stage.millrace("serve", file, "--output", "x").code()).isEqualTo(2);
  }

  @Test
  void shouldAnswerATopicOfEventsOnceEachAndSetAsideWhatIsNone() throws Exception {
    stage.cluster.createTopics(List.of(new NewTopic("questions", 1, (short) 1)));
    try (Served served = new Served(learned).awaitVersion(20);
        SchemaRegistry registry = new ConfluentSchemaRegistry(learned.registry())) {
      ask(640, 650);
      try (var producer = Elec2.producer(stage.cluster)) {
        producer.send(new ProducerRecord<>("questions", bytes("bad"), bytes("no event")));
      }
      answered(served, registry, 10, 1);
      ask(650, 655);
      answered(served, registry, 5, 0); // goes on where it was stopped
    }
    List<Prediction> said =
        Topics.committed(stage.cluster, "asked.scores").stream()
            .map(record -> Prediction.decode(record.value()))
            .toList();
    assertThat(said).hasSize(15);
    assertThat(Reference.Said.of(said.getFirst()).outputBits())
        .isEqualTo(stage.said(learned, 640).getFirst().outputBits());
    assertThat(said).allMatch(one -> one.modelVersion() == 20 && one.labelClass() == null);
    assertThat(said.stream().map(Prediction::offset))
        .containsExactlyElementsOf(
            IntStream.range(0, 16).filter(i -> i != 10).mapToObj(Long::valueOf).toList());
    assertThat(Topics.committed(stage.cluster, "asked.scores")).allMatch(r -> r.key() != null);
    var letter = Topics.committed(stage.cluster, "asked.scores.dead-letters").getFirst();
    assertThat(letter.value()).isEqualTo(bytes("no event"));
  }

  private void ask(int from, int to) {
    try (var producer = Elec2.producer(stage.cluster)) {
      for (int i = from; i < to; i++) {
        producer.send(new ProducerRecord<>("questions", bytes("key " + i), values.get(i)));
      }
    }
  }

  private static void answered(Served served, SchemaRegistry registry, int answered, int refused) {
    try (RegistrySchemas schemas =
            new RegistrySchemas(registry, Duration.ofSeconds(5), InstantSource.system());
        RequestTopic topic =
            RequestTopic.answer(served.models, "questions", "asked.scores", registry, schemas)) {
      await()
          .atMost(PATIENCE)
          .until(() -> topic.answered() == answered && topic.refused() == refused);
      assertThat(topic.failure()).isEmpty();
    }
  }
}
