package dev.millrace.app.pipeline;

import static dev.millrace.app.pipeline.Stage.done;
import static dev.millrace.app.pipeline.Stage.millrace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.StateReset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Copies that have a name, and stay for it. A copy is made each 320 events, and two are kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TagTest {
  private Stage stage;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    stage = new Stage(dir);
  }

  @AfterAll
  void stop() {
    stage.close();
  }

  /** Each pipeline has a topic of events of its own. */
  private String yaml(String name) {
    return stage.yaml(name, 4).replace("topic: electricity", "topic: " + name + "-events");
  }

  private Path file(String name) throws Exception {
    return stage.file(name, yaml(name));
  }

  /** A pipeline that has learned the first events, with the copies of versions 10 and 20. */
  private Pipeline learned(String name) throws Exception {
    Pipeline pipeline = Elec2.pipeline(yaml(name));
    String topic = pipeline.input().topic();
    stage.cluster.createTopics(List.of(new NewTopic(topic, 1, (short) 1)));
    stage.registry().register(Subjects.value(topic), Elec2.schema(pipeline));
    learn(pipeline, 0, 700);
    return pipeline;
  }

  private void learn(Pipeline pipeline, int from, int to) throws Exception {
    String topic = pipeline.input().topic();
    try (var producer = Elec2.producer(stage.cluster)) {
      stage
          .values(to)
          .subList(from, to)
          .forEach(value -> producer.send(new ProducerRecord<>(topic, value)));
    }
    try (PipelineRunner runner = stage.start(pipeline)) {
      Topics.awaitCommitted(stage.cluster, pipeline.name(), topic, to);
      assertThat(runner.failure()).isEmpty();
      runner.leave();
    }
  }

  @Test
  void shouldKeepATaggedCopyThatIsNoLongerAmongTheNewest() throws Exception {
    Pipeline pipeline = learned("kept");
    Path file = file("kept");
    Map<String, byte[]> copy = stage.copy(pipeline, 10);
    JsonNode tagged = done("snapshots", "tag", file, "good", "--version", 10, "-o", "json");
    assertThat(tagged.get("version").asLong()).isEqualTo(10);
    learn(pipeline, 700, 1_400);

    JsonNode list = millrace("snapshots", "list", file, "-o", "json").json();
    assertThat(list.findValuesAsText("version")).containsExactly("30", "40", "10");
    assertThat(list.findValuesAsText("tag")).containsExactly("null", "null", "good");
    assertThat(millrace("snapshots", "list", file).out()).containsPattern("kept-0 +10 .* good");
    assertThat(millrace("snapshots", "show", file, "--version", 10).err())
        .contains("no snapshot of pipeline 'kept' is kept of version 10");
    assertThat(done("snapshots", "show", file, "--version", "good", "-o", "json").get("version"))
        .isEqualTo(tagged.get("version"));
    assertThat(stage.tagged(pipeline, "good", 10))
        .containsExactlyInAnyOrderEntriesOf(copy)
        .hasSizeGreaterThan(5);
    JsonNode check = done("snapshots", "verify", file, "--version", "good", "-o", "json");
    assertThat(check.get("same").asBoolean()).as("the log still makes it").isTrue();
    assertThat(done("snapshots", "diff", file, "good", 40, "-o", "json").get("other_version"))
        .hasToString("40");

    JsonNode back = done("snapshots", "rollback", file, "--version", "good", "-o", "json");
    assertThat(back.get("from_version").asLong()).isEqualTo(10);
    assertThat(back.get("next_offset").asLong()).isEqualTo(1_400);
    assertThat(back.get("weights_digest"))
        .isEqualTo(done("snapshots", "show", file, "-o", "json").get("weights_digest"));
  }

  @Test
  void shouldMoveATagAndTakeItAway() throws Exception {
    Pipeline pipeline = learned("moved");
    Path file = file("moved");
    done("snapshots", "tag", file, "live", "-o", "json");
    assertThat(stage.tagged(pipeline, "live", 20)).isNotEmpty();
    done("snapshots", "tag", file, "live", "--version", 10, "-o", "json");
    assertThat(stage.tagged(pipeline, "live", 20)).isEmpty();
    assertThat(stage.tagged(pipeline, "live", 10))
        .containsExactlyInAnyOrderEntriesOf(stage.copy(pipeline, 10));
    done("snapshots", "tag", file, "live", "--version", "live", "-o", "json");
    assertThat(stage.tagged(pipeline, "live", 10))
        .containsExactlyInAnyOrderEntriesOf(stage.copy(pipeline, 10));

    done("snapshots", "untag", file, "live", "-o", "json");
    assertThat(stage.tagged(pipeline, "live", 10)).isEmpty();
    assertThat(stage.manifests(pipeline)).containsOnlyKeys(10L, 20L);
    var again = millrace("snapshots", "untag", file, "live");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("no snapshot of pipeline 'moved' has the tag 'live'");
  }

  @Test
  void shouldRefuseATagThatCouldBeAVersionAndACopyThatIsNotThere() throws Exception {
    learned("refused");
    Path file = file("refused");
    var number = millrace("snapshots", "tag", file, "2024");
    assertThat(number.code()).isEqualTo(2);
    assertThat(number.err()).contains("'2024' is no version and can be no tag");
    assertThat(millrace("snapshots", "tag", file, "a/b").err()).contains("'a/b' is no version");
    assertThat(millrace("snapshots", "tag", file, "good", "--version", 15).err())
        .contains("no snapshot of pipeline 'refused' is kept of version 15");
    assertThat(millrace("snapshots", "show", file, "--version", "good").err())
        .contains("no snapshot of pipeline 'refused' is kept with the tag 'good'");
  }

  @Test
  void shouldStayThroughAReset() throws Exception {
    Pipeline pipeline = learned("anew");
    Path file = file("anew");
    done("snapshots", "tag", file, "last-year", "-o", "json");
    StateReset.run(pipeline, stage.state());
    assertThat(stage.copy(pipeline, 20)).isEmpty();
    JsonNode back = done("snapshots", "rollback", file, "--version", "last-year", "-o", "json");
    assertThat(back.get("version").asLong()).isEqualTo(20);
  }

  @Test
  void shouldServeWhicheverCopyHasTheTag() throws Exception {
    Pipeline pipeline = learned("served");
    Path file = file("served");
    try (Served served = new Served(pipeline, CopyName.of("live"), "127.0.0.1", Optional.empty())) {
      done("snapshots", "tag", file, "live", "-o", "json");
      served.awaitVersion(20);
      done("snapshots", "tag", file, "live", "--version", 10, "-o", "json");
      served.awaitVersion(10);
      learn(pipeline, 700, 1_400);
      done("snapshots", "tag", file, "live", "-o", "json");
      served.awaitVersion(40);
      done("snapshots", "untag", file, "live", "-o", "json");
      await().pollDelay(Duration.ofMillis(500)).until(() -> true);
      assertThat(served.versions).containsExactly(20L, 10L, 40L);
      assertThat(served.broken).isEmpty();
    }
  }
}
