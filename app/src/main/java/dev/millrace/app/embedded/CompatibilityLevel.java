package dev.millrace.app.embedded;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** Which readers must follow which writers within a subject, by Confluent's names. */
enum CompatibilityLevel {
  NONE(false, false, false),
  BACKWARD(true, false, false),
  BACKWARD_TRANSITIVE(true, false, true),
  FORWARD(false, true, false),
  FORWARD_TRANSITIVE(false, true, true),
  FULL(true, true, false),
  FULL_TRANSITIVE(true, true, true);

  private final boolean newReadsOld;
  private final boolean oldReadsNew;
  private final boolean transitive;

  CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean transitive) {
    this.newReadsOld = newReadsOld;
    this.oldReadsNew = oldReadsNew;
    this.transitive = transitive;
  }

  /**
   * What stands against the newcomer; empty if nothing does.
   *
   * @param existing of the subject, oldest first
   */
  List<String> objections(Schema newcomer, List<Schema> existing) {
    List<String> objections = new ArrayList<>();
    int first = transitive ? 0 : Math.max(0, existing.size() - 1);
    for (Schema old : existing.subList(first, existing.size())) {
      if (newReadsOld) {
        collect(newcomer, old, objections);
      }
      if (oldReadsNew) {
        collect(old, newcomer, objections);
      }
    }
    return objections;
  }

  private static void collect(Schema reader, Schema writer, List<String> objections) {
    SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
        .getResult()
        .getIncompatibilities()
        .forEach(
            i -> objections.add(i.getType() + " at " + i.getLocation() + ": " + i.getMessage()));
  }
}
