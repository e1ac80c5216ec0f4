package dev.millrace.benchmarks.crash;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The user's pipeline, set up to be killed often: against the broker of the test, with short
 * commits and time-outs. What the model computes is left as it is.
 */
final class Setup {
  /** The shortest that a broker allows. */
  static final int SESSION_MS = 6_000;

  private Setup() {}

  /** Writes the file that the instances run, and returns what stands in it. */
  static Pipeline write(Path user, Path to, String kafka, String registry, int commitMs)
      throws IOException {
    Object parsed = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(user));
    Map<Object, Object> tree = new LinkedHashMap<>((Map<?, ?>) parsed);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("bootstrap.servers", kafka);
    settings.put("default.client.supplier", KillingClients.class.getName());
    settings.put("commit.interval.ms", Integer.toString(commitMs));
    settings.put("consumer.session.timeout.ms", Integer.toString(SESSION_MS));
    settings.put("consumer.heartbeat.interval.ms", "1000");
    settings.put("producer.transaction.timeout.ms", "10000");
    // in small portions, so that there is something between the first and the last
    settings.put("restore.consumer.max.poll.records", "10");
    // else a second instance waits ten minutes before it is trusted with a partition
    settings.put("acceptable.recovery.lag", Long.toString(Long.MAX_VALUE));
    tree.put("kafka", settings);
    tree.put("registry", Map.of("schema.registry.url", registry));
    String text = new Dump(DumpSettings.builder().build()).dumpToString(tree);
    Files.writeString(to, text);
    return PipelineParser.parse(text, to.toString());
  }
}
