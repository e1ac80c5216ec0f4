package dev.millrace.schemas.registry;

import java.util.Optional;

/** Names under which a topic's schemas are registered, by Confluent's default naming strategy. */
public final class Subjects {
  private static final String VALUE = "-value";

  private Subjects() {}

  /** Subject of the values of a topic: {@code <topic>-value}. */
  public static String value(String topic) {
    return topic + VALUE;
  }

  /** The topic whose values have this subject; empty if the name is not of that strategy. */
  public static Optional<String> topic(String subject) {
    return subject.length() > VALUE.length() && subject.endsWith(VALUE)
        ? Optional.of(subject.substring(0, subject.length() - VALUE.length()))
        : Optional.empty();
  }
}
