package dev.millrace.topology.config;

import java.util.Iterator;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** The one YAML document of a text, as nodes with their places; bounded in size and depth. */
final class YamlTree {
  private static final int DEPTH_MAX = 32;
  private static final int CODE_POINTS_MAX = 1 << 20;
  private static final int ALIASES_MAX = 32;

  private YamlTree() {}

  /** Empty if something is wrong, which is then among the problems. */
  static Optional<Node> root(String text, Problems problems) {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(CODE_POINTS_MAX)
            .setMaxAliasesForCollections(ALIASES_MAX)
            .setAllowRecursiveKeys(false)
            .build();
    try {
      if (!bounded(text, settings, problems)) {
        return Optional.empty();
      }
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        problems.add(1, 1, "the file is empty; expected a pipeline with at least input and label");
      }
      return root;
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> at = e.getProblemMark().or(e::getContextMark);
      problems.add(
          at.map(Mark::getLine).orElse(0) + 1,
          at.map(Mark::getColumn).orElse(0) + 1,
          "this is no YAML: " + oneLine(e.getProblem()));
      return Optional.empty();
    } catch (YamlEngineException e) {
      problems.add(1, 1, "this is no YAML: " + oneLine(e.getMessage()));
      return Optional.empty();
    }
  }

  private static boolean bounded(String text, LoadSettings settings, Problems problems) {
    int depth = 0;
    int documents = 0;
    Iterator<Event> events = new Parse(settings).parseString(text).iterator();
    Optional<Mark> place = Optional.empty();
    while (hasNext(events, place, problems)) {
      Event event = events.next();
      place = event.getEndMark();
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case DocumentStart -> documents++;
        default -> {}
      }
      if (depth > DEPTH_MAX) {
        problems.add(
            event.getStartMark().orElseThrow(),
            "this is nested too deeply; expected at most " + DEPTH_MAX + " levels");
        return false;
      }
      if (tag(event).filter(tag -> !tag.equals(tag.trim())).isPresent()) {
        problems.add(
            event.getStartMark().orElseThrow(),
            "this is no YAML: a tag begins or ends with a space; expected none");
        return false;
      }
      if (documents > 1) {
        problems.add(
            event.getStartMark().orElseThrow(),
            "a second document begins here; expected one pipeline a file");
        return false;
      }
    }
    return problems.none();
  }

  private static Optional<String> tag(Event event) {
    return switch (event) {
      case ScalarEvent scalar -> scalar.getTag();
      case CollectionStartEvent collection -> collection.getTag();
      default -> Optional.empty();
    };
  }

  /** The library has no exception of its own for an escape without its digits, or of no letter. */
  private static boolean hasNext(Iterator<Event> events, Optional<Mark> after, Problems problems) {
    try {
      return events.hasNext();
    } catch (IllegalArgumentException e) {
      problems.add(
          after.map(Mark::getLine).orElse(0) + 1,
          after.map(Mark::getColumn).orElse(0) + 1,
          "this is no YAML: an escape after this place is wrong; expected \\u and four hexadecimal"
              + " digits, or none");
      return false;
    }
  }

  private static String oneLine(String message) {
    return message == null ? "it cannot be read" : message.strip().replaceAll("\\s+", " ");
  }
}
