package dev.millrace.app.cli;

/** {@code -o}: for people or for programs. */
public enum OutputFormat {
  table,
  json
}
