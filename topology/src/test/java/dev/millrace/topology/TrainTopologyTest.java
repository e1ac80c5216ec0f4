package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class TrainTopologyTest {
  /** State and changelogs hang on these names: a change here orphans every running pipeline. */
  @Test
  void shouldBeTheTopologyThatRunningPipelinesKnow() throws IOException {
    Pipeline pipeline = Events.pipeline(4, 100);
    StreamsConfig config =
        new StreamsConfig(StreamsSettings.of(pipeline, Path.of("state"), "instance", 0));
    String description =
        TrainTopology.build(
                pipeline,
                KernelChoice.select(KernelChoice.Mode.PLAIN).kernels(),
                id -> Events.SCHEMA,
                new OutputSchemas(1, 2, 3, 4, 5, 6),
                partition -> OptionalLong.empty(),
                config)
            .describe()
            .toString();
    try (var golden = getClass().getResourceAsStream("topology.txt")) {
      assertThat(description.strip())
          .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }
}
