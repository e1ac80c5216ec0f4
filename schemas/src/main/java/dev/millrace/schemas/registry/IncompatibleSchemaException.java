package dev.millrace.schemas.registry;

/**
 * The registry refused a schema because readers of the subject's other schemas could not follow.
 * The message names the subject and the way out.
 */
public final class IncompatibleSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public IncompatibleSchemaException(String message, Throwable cause) {
    super(message, cause);
  }
}
