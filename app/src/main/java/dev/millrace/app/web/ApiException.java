package dev.millrace.app.web;

/** A request that cannot be answered; told as Kafka Connect does. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ApiException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Of HTTP. */
  int status() {
    return status;
  }
}
