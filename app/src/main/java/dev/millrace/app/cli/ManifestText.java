package dev.millrace.app.cli;

import dev.millrace.schemas.SnapshotManifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A manifest as {@code snapshots list} and {@code show} print it. */
final class ManifestText {
  static final String HEADER =
      "%-20s %10s %10s %14s %14s  %-12s  %-12s  %s"
          .formatted(
              "MODEL",
              "VERSION",
              "PARENT",
              "FIRST OFFSET",
              "LAST OFFSET",
              "DIGEST",
              "TAG",
              "CHANGES");

  private static final int DIGEST_SHOWN = 12;

  private ManifestText() {}

  static Map<String, Object> json(SnapshotManifest manifest) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", manifest.model());
    json.put("version", manifest.version());
    json.put("parent_version", manifest.lineage().parentVersion());
    json.put("topic", manifest.lineage().topic());
    json.put("partition", manifest.lineage().partition());
    json.put("first_offset", manifest.lineage().firstOffset());
    json.put("last_offset", manifest.lineage().lastOffset());
    json.put("changes", manifest.lineage().changes());
    json.put("config_hash", manifest.lineage().configHash());
    json.put("weights_digest", manifest.weightsDigest());
    json.put("blocks", manifest.blocks().size());
    json.put("bytes", manifest.blocks().stream().mapToLong(SnapshotManifest.BlockRef::bytes).sum());
    json.put("metrics", manifest.metrics());
    return json;
  }

  /** A line of a table below {@link #HEADER}. */
  static String row(SnapshotManifest manifest, Optional<String> tag) {
    SnapshotManifest.Lineage lineage = manifest.lineage();
    return String.format(
            Locale.ROOT,
            "%-20s %10d %10s %14d %14d  %-12s  %-12s  %s",
            manifest.model(),
            manifest.version(),
            lineage.parentVersion() == null ? "-" : lineage.parentVersion(),
            lineage.firstOffset(),
            lineage.lastOffset(),
            manifest.weightsDigest().substring(0, DIGEST_SHOWN),
            tag.orElse("-"),
            lineage.changes().stream()
                .map(SnapshotManifest.Change::what)
                .collect(Collectors.joining("; ")))
        .stripTrailing();
  }

  /** All of it, a line each. */
  static List<String> lines(SnapshotManifest manifest) {
    Map<String, Object> fields = json(manifest);
    fields.put(
        "changes",
        manifest.lineage().changes().stream()
            .map(
                change ->
                    "version %d, offset %d: %s"
                        .formatted(change.version(), change.offset(), change.what()))
            .collect(Collectors.joining("; ")));
    return fields.entrySet().stream()
        .map(field -> "%-16s %s".formatted(field.getKey(), field.getValue()).stripTrailing())
        .toList();
  }
}
