package dev.millrace.topology.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What may stand under {@code kafka:}. Everything goes through to Kafka as it is, but for settings
 * that the promises of Millrace rest on, values that Kafka would refuse, and what is certainly a
 * typing error; Kafka itself takes a name that it does not know for somebody else's.
 */
final class KafkaSettings {
  /** A name so near to one of Kafka's is a typing error, not a plug-in's own setting. */
  private static final int TYPING_ERRORS_MAX = 2;

  private static final String EXACTLY_ONCE = "exactly_once_v2";
  private static final List<String> PREFIXES =
      List.of(
          "main.consumer.",
          "restore.consumer.",
          "global.consumer.",
          "consumer.",
          "producer.",
          "admin.");

  private static final Map<String, ConfigDef.ConfigKey> KNOWN = known();

  private KafkaSettings() {}

  private static Map<String, ConfigDef.ConfigKey> known() {
    Map<String, ConfigDef.ConfigKey> known = new LinkedHashMap<>();
    for (ConfigDef clients :
        List.of(
            StreamsConfig.configDef(),
            ConsumerConfig.configDef(),
            ProducerConfig.configDef(),
            AdminClientConfig.configDef())) {
      clients.configKeys().forEach(known::putIfAbsent);
    }
    return known;
  }

  /**
   * What is wrong with a setting, if something is.
   *
   * @param stated the value as it stands in the file; messages show no other
   * @param value the value with its references resolved
   */
  static Optional<String> problem(String name, String stated, String value) {
    if (name.equals("application.id")) {
      return Optional.of(
          "application.id is the pipeline's name, by which its state and its place in the topic are"
              + " found again; expected 'name: ...' at the top of the file instead");
    }
    if (name.equals("processing.guarantee") && !value.equals(EXACTLY_ONCE)) {
      return Optional.of(
          "processing.guarantee is '"
              + stated
              + "'; expected "
              + EXACTLY_ONCE
              + " or nothing: with any other, a restart would lose events or learn them twice");
    }
    if (name.equals("max.task.idle.ms") && !value.equals("0")) {
      return Optional.of(
          "max.task.idle.ms is '"
              + stated
              + "'; expected 0 or nothing: the control topic is mostly empty, and events would wait"
              + " for it");
    }
    String bare = bare(name);
    ConfigDef.ConfigKey key = KNOWN.get(bare);
    if (key == null) {
      return bare.startsWith("topic.") ? Optional.empty() : typingError(name, bare);
    }
    return expected(key, value)
        .map(expected -> "kafka." + name + " is '" + stated + "'; expected " + expected);
  }

  private static String bare(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }

  private static Optional<String> typingError(String name, String bare) {
    return Words.nearest(bare, KNOWN.keySet())
        .filter(near -> Words.distance(bare, near) <= TYPING_ERRORS_MAX)
        .map(near -> "Kafka has no setting '" + name + "'; did you mean '" + near + "'?");
  }

  /** What Kafka expects in place of a value that it would refuse. */
  private static Optional<String> expected(ConfigDef.ConfigKey key, String value) {
    String kind =
        switch (key.type()) {
          case INT, LONG, SHORT -> "a whole number";
          case DOUBLE -> "a number";
          case BOOLEAN -> "true or false";
          default -> "one";
        };
    boolean listed =
        key.validator instanceof ConfigDef.ValidString
            || key.validator instanceof ConfigDef.CaseInsensitiveValidString;
    boolean bounded = key.validator instanceof ConfigDef.Range;
    if (kind.equals("one") && !(key.type() == ConfigDef.Type.STRING && listed)) {
      return Optional.empty();
    }
    try {
      Object parsed = ConfigDef.parseType(key.name, value, key.type());
      if (listed || bounded) {
        key.validator.ensureValid(key.name, parsed);
      }
      return Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(listed || bounded ? kind + " of " + key.validator : kind);
    }
  }
}
