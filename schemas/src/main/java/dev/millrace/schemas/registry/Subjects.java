package dev.millrace.schemas.registry;

/** Names under which a topic's schemas are registered, by Confluent's default naming strategy. */
public final class Subjects {
  private Subjects() {}

  /** Subject of the values of a topic: {@code <topic>-value}. */
  public static String value(String topic) {
    return topic + "-value";
  }
}
