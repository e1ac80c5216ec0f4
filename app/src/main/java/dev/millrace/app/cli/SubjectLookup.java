package dev.millrace.app.cli;

import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Words;
import java.util.List;
import java.util.Map;

/** The newest schema of a subject, for a command that cannot go on without. */
final class SubjectLookup {
  private static final int SUBJECTS_SHOWN = 10;

  private SubjectLookup() {}

  /**
   * @param settings those of the registry's client
   * @throws UserException if there is none to be had
   */
  static Registered latest(String subject, Map<String, String> settings) {
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(settings)) {
      return registry.latest(subject).orElseThrow(() -> missing(subject, registry));
    } catch (RegistryUnavailableException e) {
      throw new UserException(
          e.getMessage().replaceFirst("\\.$", ""),
          "Start one (millrace local does), name yours with --registry, or give rows with --data",
          e);
    } catch (SchemaNotFoundException e) {
      throw new UserException(e.getMessage(), "A pipeline reads Avro; name such a subject", e);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), "Give it with --registry", e);
    }
  }

  private static UserException missing(String subject, SchemaRegistry registry) {
    return new UserException(
        "the registry has no subject '" + subject + "'" + others(subject, registry),
        "Produce an event first, or check its name");
  }

  private static String others(String subject, SchemaRegistry registry) {
    List<String> subjects;
    try {
      subjects = registry.subjects();
    } catch (RegistryUnavailableException e) {
      return ""; // who may read a subject may not always list them
    }
    if (subjects.contains(Subjects.value(subject))) {
      return "; did you mean '" + Subjects.value(subject) + "'?";
    }
    String near = Words.didYouMean(subject, subjects);
    if (!near.isEmpty() || subjects.isEmpty() || subjects.size() > SUBJECTS_SHOWN) {
      return near;
    }
    return "; it has " + String.join(", ", subjects);
  }
}
