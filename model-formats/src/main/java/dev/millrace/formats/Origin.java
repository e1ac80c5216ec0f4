package dev.millrace.formats;

import dev.millrace.engine.Learner;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a model comes from, as exported files tell it.
 *
 * @param model its name
 * @param version of it
 * @param configHash SHA-256 of its spec
 * @param weightsDigest SHA-256 of all that its predictions depend on
 * @param log the part of a topic that it was made from; empty if it is from a file
 */
public record Origin(
    String model, long version, String configHash, String weightsDigest, Optional<Log> log) {
  /**
   * Events of a topic that turned the parent into this model.
   *
   * @param firstOffset of them
   * @param lastOffset of them
   * @param parentVersion the published version that they were learned on; null if there was none
   */
  public record Log(
      String topic, int partition, long firstOffset, long lastOffset, Long parentVersion) {}

  /** Of a model of which nothing is known but itself. */
  public static Origin of(Learner learner, String name) {
    return new Origin(
        name, learner.version(), learner.spec().hash(), learner.weightsDigest(), Optional.empty());
  }

  /** Each of them by a name, as text; what is not known is left out. */
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("model", model);
    texts.put("version", Long.toString(version));
    texts.put("config_hash", configHash);
    texts.put("weights_digest", weightsDigest);
    log.ifPresent(
        from -> {
          texts.put("topic_partition", from.topic() + "-" + from.partition());
          texts.put("first_offset", Long.toString(from.firstOffset()));
          texts.put("last_offset", Long.toString(from.lastOffset()));
          if (from.parentVersion() != null) {
            texts.put("parent_version", from.parentVersion().toString());
          }
        });
    return texts;
  }
}
