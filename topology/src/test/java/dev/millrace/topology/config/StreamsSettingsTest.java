package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {
  private static Properties settings(String kafka, long modelBytes) {
    return settings(kafka, modelBytes, modelBytes);
  }

  private static Properties settings(String kafka, long modelBytes, long modelBytesMax) {
    Pipeline pipeline =
        PipelineParser.parse(
            """
            name: p
            input: {topic: in}
            label: {field: y}
            kafka: {bootstrap.servers: "broker:9092"%s}
            """
                .formatted(kafka),
            "p.yaml");
    return StreamsSettings.of(pipeline, Path.of("/state"), "me", modelBytes, modelBytesMax);
  }

  @Test
  void shouldLearnExactlyOnceAndCommitAsOftenAsTheModelsSizeAllows() {
    assertThat(settings("", 3_000))
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("application.id", "p")
        .containsEntry("group.instance.id", "me")
        .containsEntry("commit.interval.ms", "1000")
        .containsEntry("producer.transaction.timeout.ms", "60000");
    assertThat(settings("", 320_000_000L))
        .containsEntry("commit.interval.ms", "20000")
        .containsEntry("producer.transaction.timeout.ms", "80000");
    assertThat(settings("", 1L << 40))
        .containsEntry("commit.interval.ms", "60000")
        .containsEntry("producer.transaction.timeout.ms", "240000");
  }

  @Test
  void shouldGiveACommitTheTimeThatTheWholeOfATableMayTake() {
    assertThat(settings("", 3_000, 320_000_000L))
        .containsEntry("commit.interval.ms", "1000")
        .containsEntry("producer.transaction.timeout.ms", "80000");
    assertThat(settings(", commit.interval.ms: 250", 3_000, 320_000_000L))
        .containsEntry("commit.interval.ms", "250")
        .containsEntry("producer.transaction.timeout.ms", "80000");
    assertThat(settings(", producer.transaction.timeout.ms: 70000", 3_000, 320_000_000L))
        .containsEntry("producer.transaction.timeout.ms", "70000");
  }

  @Test
  void shouldLetTheUsersSettingsWin() {
    Properties settings = settings(", commit.interval.ms: 30000, num.stream.threads: 3", 0);
    assertThat(settings)
        .containsEntry("bootstrap.servers", "broker:9092")
        .containsEntry("commit.interval.ms", "30000")
        .containsEntry("num.stream.threads", "3")
        .containsEntry("producer.transaction.timeout.ms", "120000");
  }

  @Test
  void shouldBeSettingsThatKafkaStreamsTakes() {
    StreamsConfig config = new StreamsConfig(settings("", 0));
    assertThat(config.getProducerConfigs("client").get("transaction.timeout.ms"))
        .hasToString("60000");
    assertThat(config.getMainConsumerConfigs("g", "c", 0).get("max.poll.records"))
        .hasToString("500");
  }
}
