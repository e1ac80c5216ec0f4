package dev.millrace.schemas.registry;

/**
 * No usable answer from the registry: unreachable, refusing us, failing, or no registry at all.
 * Says nothing about the schema asked for; asking again later may help. The message names the URL,
 * what happened and the way out, and never a secret.
 */
public final class RegistryUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
