package dev.millrace.app.monitor;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The copies that a pipeline has published and keeps. All of a model's copies must be read to list
 * them, so that is done again only where its topic has grown.
 */
final class Copies {
  private record Read(long end, List<SnapshotTopic.Copy> copies) {}

  private final Pipeline pipeline;
  private final Map<String, Read> read = new HashMap<>(); // by model

  Copies(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * By model, the oldest version of each first, then those with a tag.
   *
   * @throws dev.millrace.topology.PreflightException if nothing has been published
   */
  synchronized Map<String, List<SnapshotTopic.Copy>> newest() {
    Map<String, List<SnapshotTopic.Copy>> newest = new LinkedHashMap<>();
    for (SnapshotTopic topic : SnapshotTopic.all(pipeline)) {
      long end = topic.end();
      Read before = read.get(topic.model());
      if (before == null || before.end() != end) {
        read.put(topic.model(), new Read(end, topic.keptAndTagged()));
      }
      newest.put(topic.model(), read.get(topic.model()).copies());
    }
    return newest;
  }
}
