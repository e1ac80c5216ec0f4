package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which Kafka and registry a command talks to: those of a pipeline file, or of options.
 *
 * @param pipeline empty if the user named a topic instead
 */
record Target(
    Optional<Pipeline> pipeline,
    String topic,
    Map<String, String> kafka,
    Map<String, String> registry) {

  private static final String LOCAL_KAFKA = "localhost:9092";
  private static final String LOCAL_REGISTRY = "http://localhost:8081";

  /**
   * @param bootstrapServers null: the pipeline's, or this machine's
   * @param registryUrl null: the pipeline's, or this machine's
   */
  static Target ofPipeline(Path file, String bootstrapServers, String registryUrl)
      throws IOException {
    Pipeline pipeline = PipelineParser.parse(file);
    return new Target(
        Optional.of(pipeline),
        pipeline.input().topic(),
        with(pipeline.kafka(), "bootstrap.servers", bootstrapServers),
        with(pipeline.registry(), "schema.registry.url", registryUrl));
  }

  static Target ofTopic(String topic, String bootstrapServers, String registryUrl) {
    return new Target(
        Optional.empty(),
        topic,
        with(Map.of("bootstrap.servers", LOCAL_KAFKA), "bootstrap.servers", bootstrapServers),
        with(Map.of("schema.registry.url", LOCAL_REGISTRY), "schema.registry.url", registryUrl));
  }

  /** Whether a word that may be a topic or a file is a pipeline file. */
  static boolean isPipelineFile(String word) {
    return word.endsWith(".yaml")
        || word.endsWith(".yml")
        || word.indexOf('/') >= 0
        || Files.isRegularFile(Path.of(word));
  }

  private static Map<String, String> with(Map<String, String> settings, String key, String value) {
    Map<String, String> result = new HashMap<>(settings);
    if (value != null) {
      result.put(key, value);
    }
    return result;
  }
}
