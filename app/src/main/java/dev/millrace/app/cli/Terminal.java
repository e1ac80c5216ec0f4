package dev.millrace.app.cli;

/** Whether somebody watches who can be shown more than lines. */
final class Terminal {
  private Terminal() {}

  /** Whether lines that stand can be drawn anew. */
  static boolean isThere() {
    return System.console() != null
        && System.console().isTerminal()
        && !"dumb".equals(System.getenv("TERM"));
  }
}
