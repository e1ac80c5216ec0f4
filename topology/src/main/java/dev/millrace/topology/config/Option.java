package dev.millrace.topology.config;

/**
 * One key of a pipeline file.
 *
 * @param defaultText what holds when it is not stated, in words or as it would be written; empty
 *     for a required option
 */
record Option(String name, Shape shape, String doc, String defaultText) {
  boolean required() {
    return defaultText.isEmpty();
  }
}
