package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;

/** What a pipeline has committed, as anybody can read it. */
final class Outputs {
  private final String bootstrapServers;
  private final Pipeline pipeline;

  Outputs(String bootstrapServers, Pipeline pipeline) {
    this.bootstrapServers = bootstrapServers;
    this.pipeline = pipeline;
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }

  void createInput() throws Exception {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1))).all().get();
    }
  }

  /** Waits until so many events are committed, as long as the pipeline runs. */
  void await(PipelineRunner runner, long offset, Duration patience) {
    try (Admin admin = admin()) {
      Awaitility.await()
          .atMost(patience)
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                assertThat(runner.awaitEnd(Duration.ZERO))
                    .as("ended: %s", runner.failure())
                    .isFalse();
                return committedOffset(admin) >= offset;
              });
    }
  }

  long committedOffset() throws Exception {
    try (Admin admin = admin()) {
      return committedOffset(admin);
    }
  }

  private long committedOffset(Admin admin) throws Exception {
    return Topics.committedOffset(admin, pipeline.name(), Elec2.TOPIC);
  }

  /** All committed records of a topic's first partition. */
  List<ConsumerRecord<byte[], byte[]>> of(String topic) {
    return Topics.committed(bootstrapServers, topic);
  }

  /** Every event predicted once, in order, with the reference's bits; and the weights its own. */
  void requireAllAs(Reference reference, int events) {
    List<Said> said =
        of(pipeline.outputs().predictions()).stream()
            .map(record -> Said.of(Prediction.decode(record.value())))
            .toList();
    assertThat(said).isEqualTo(reference.predictions);
    assertThat(of(pipeline.outputs().deadLetters())).isEmpty();
    Metrics last = Metrics.decode(of(pipeline.outputs().metrics()).getLast().value());
    assertThat(last.weightsDigest()).isEqualTo(reference.weightsDigest());
    assertThat(last.modelVersion()).isEqualTo(reference.version());
    assertThat(last.read()).isEqualTo(events);
    assertThat(last.pending()).isEqualTo(events % pipeline.batch().orElseThrow());
  }
}
