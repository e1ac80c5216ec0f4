package dev.millrace.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A commented pipeline file around features and a label that a draft has chosen.
 *
 * @param bootstrapServers empty: the file leaves Kafka to its default
 * @param registryUrl empty: the file leaves the registry to its default
 */
record PipelineText(
    String topic, String name, Optional<String> bootstrapServers, Optional<String> registryUrl) {
  private static final int LINE_MAX = 120;

  /**
   * @param name null: the topic in lower case
   * @param bootstrapServers may be null
   * @param registryUrl may be null
   */
  static PipelineText of(String topic, String name, String bootstrapServers, String registryUrl) {
    return new PipelineText(
        topic,
        name == null ? topic.toLowerCase(Locale.ROOT) : name,
        Optional.ofNullable(bootstrapServers),
        Optional.ofNullable(registryUrl));
  }

  /**
   * The whole file.
   *
   * @param head comments at the top
   * @param features lines by {@link #feature} and {@link #leftOut}
   * @param label the label's field
   * @param classes lines by {@link #setting} and {@link #remark}
   */
  String yaml(List<String> head, List<String> features, String label, List<String> classes) {
    List<String> lines = new ArrayList<>();
    head.forEach(comment -> lines.add("# " + oneLine(comment)));
    lines.add("name: " + Yaml.scalar(name));
    lines.add("input:");
    lines.add("  topic: " + Yaml.scalar(topic));
    lines.add("  features:");
    lines.addAll(features);
    lines.add("label:");
    lines.add("  field: " + Yaml.scalar(label));
    lines.addAll(classes);
    lines.add("model: auto");
    lines.add("batch: auto");
    bootstrapServers.ifPresent(
        servers -> lines.add("kafka: {bootstrap.servers: " + Yaml.scalar(servers) + "}"));
    registryUrl.ifPresent(
        url -> lines.add("registry: {schema.registry.url: " + Yaml.scalar(url) + "}"));
    return String.join("\n", lines) + "\n";
  }

  static List<String> feature(String yaml, String comment) {
    return commented("    - " + yaml, "    ", comment);
  }

  /** A feature that the user can take by removing one sign. */
  static String leftOut(String yaml, String reason) {
    return "    # - " + yaml + "  # left out: " + oneLine(reason);
  }

  static List<String> setting(String yaml, String comment) {
    return commented("  " + yaml, "  ", comment);
  }

  static List<String> remark(String comment) {
    return List.of("  # " + oneLine(comment));
  }

  /** The comment behind the line, or above it if that were too long. */
  private static List<String> commented(String line, String indent, String comment) {
    String text = oneLine(comment);
    return line.length() + text.length() + 4 <= LINE_MAX
        ? List.of(line + "  # " + text)
        : List.of(indent + "# " + text, line);
  }

  /** Without what would end a comment or what YAML does not admit. */
  private static String oneLine(String comment) {
    return comment.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " ");
  }
}
