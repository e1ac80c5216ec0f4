package dev.millrace.app.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * What the registry knows, as read from its topic: subjects with their versions, ids and
 * compatibility levels. One schema text has one id, under however many subjects. Not safe for
 * several threads.
 */
final class RegistryState {

  /** One version of a subject, from 1. The text is the schema as Avro prints it. */
  record Version(String subject, int version, int id, Schema schema, String text) {}

  private final Map<String, List<Version>> bySubject = new TreeMap<>();
  private final Map<Integer, Version> byId = new HashMap<>();
  private final Map<String, Integer> idByText = new HashMap<>();
  private final Map<String, CompatibilityLevel> levels = new HashMap<>();
  private CompatibilityLevel globalLevel = CompatibilityLevel.BACKWARD;
  private int idMax;

  /** Takes up a version that the topic holds; versions come in order. */
  void add(Version version) {
    List<Version> versions = bySubject.computeIfAbsent(version.subject(), s -> new ArrayList<>());
    if (version.version() != versions.size() + 1) {
      throw new IllegalStateException(
          "versions of subject %s do not follow each other, version=%d after %d"
              .formatted(version.subject(), version.version(), versions.size()));
    }
    versions.add(version);
    byId.putIfAbsent(version.id(), version);
    idByText.putIfAbsent(version.text(), version.id());
    idMax = Math.max(idMax, version.id());
  }

  /** The version that this schema would become, with the id that it has or would get. */
  Version next(String subject, Schema schema) {
    String text = schema.toString();
    int version = bySubject.getOrDefault(subject, List.of()).size() + 1;
    int id = idByText.getOrDefault(text, idMax + 1);
    return new Version(subject, version, id, schema, text);
  }

  /** Refuses a schema that the subject's level forbids. */
  void check(Version next) {
    List<String> objections = objections(next, existing(next.subject()));
    if (!objections.isEmpty()) {
      throw RegistryError.incompatible(next.subject(), String.join("; ", objections));
    }
  }

  List<String> objections(Version next, List<Version> against) {
    List<Schema> schemas = against.stream().map(Version::schema).toList();
    return effectiveLevel(next.subject()).objections(next.schema(), schemas);
  }

  /** The version with this text, or null. */
  Version find(String subject, String text) {
    return existing(subject).stream().filter(v -> v.text().equals(text)).findFirst().orElse(null);
  }

  List<String> subjects() {
    return List.copyOf(bySubject.keySet());
  }

  /** Versions of a subject, oldest first; empty if there is no such subject. */
  List<Version> existing(String subject) {
    return bySubject.getOrDefault(subject, List.of());
  }

  List<Version> versions(String subject) {
    List<Version> versions = existing(subject);
    if (versions.isEmpty()) {
      throw RegistryError.subjectNotFound(subject);
    }
    return versions;
  }

  Version version(String subject, int version) {
    List<Version> versions = versions(subject);
    if (version > versions.size()) {
      throw RegistryError.versionNotFound(version);
    }
    return versions.get(version - 1);
  }

  Version latest(String subject) {
    return versions(subject).getLast();
  }

  Version byId(int id) {
    Version version = byId.get(id);
    if (version == null) {
      throw RegistryError.schemaNotFound();
    }
    return version;
  }

  List<Version> usesOf(int id) {
    byId(id);
    return bySubject.values().stream().flatMap(List::stream).filter(v -> v.id() == id).toList();
  }

  int idMax() {
    return idMax;
  }

  /** Level of a subject, or of all others where the subject is null. */
  void setLevel(String subject, CompatibilityLevel level) {
    if (subject == null) {
      globalLevel = level;
    } else {
      levels.put(subject, level);
    }
  }

  CompatibilityLevel globalLevel() {
    return globalLevel;
  }

  CompatibilityLevel level(String subject) {
    CompatibilityLevel level = levels.get(subject);
    if (level == null) {
      throw RegistryError.noSubjectLevel(subject);
    }
    return level;
  }

  CompatibilityLevel effectiveLevel(String subject) {
    return levels.getOrDefault(subject, globalLevel);
  }
}
