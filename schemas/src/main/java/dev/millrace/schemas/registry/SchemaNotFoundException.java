package dev.millrace.schemas.registry;

/**
 * The registry answered that there is no such schema. Asking again does not help: the record that
 * named the id is at fault.
 */
public final class SchemaNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SchemaNotFoundException(String message, Throwable cause) {
    super(message, cause);
  }
}
