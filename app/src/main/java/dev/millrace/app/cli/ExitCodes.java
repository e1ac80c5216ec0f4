package dev.millrace.app.cli;

/** What a command's process ends with. */
public final class ExitCodes {
  public static final int OK = 0;
  public static final int FAILURE = 1;
  public static final int USAGE = 2;

  /** As shells have it for a program that Ctrl-C ended. */
  public static final int INTERRUPTED = 130;

  private ExitCodes() {}
}
