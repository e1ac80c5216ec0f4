package dev.millrace.benchmarks.crash;

/** The pipeline did not do what it must; the message says what, with what the instances said. */
final class CrashException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CrashException(String message) {
    super(message);
  }
}
