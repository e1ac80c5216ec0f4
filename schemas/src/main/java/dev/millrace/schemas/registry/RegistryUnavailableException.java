package dev.millrace.schemas.registry;

/**
 * No usable answer from the registry: unreachable, refusing us, failing, or no registry at all.
 * Says nothing about the schema asked for; asking again later may help. The message names the URL,
 * what happened and the way out, and never a secret.
 */
public final class RegistryUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  /** Of a kind that may pass by itself, such as a restart or a broken line. */
  public RegistryUnavailableException(String message, Throwable cause) {
    this(message, cause, true);
  }

  /**
   * With all that is known.
   *
   * @param passing whether it may pass by itself; a refused login and a wrong URL do not
   */
  public RegistryUnavailableException(String message, Throwable cause, boolean passing) {
    super(message, cause);
    this.passing = passing;
  }

  /** Whether it may pass without anybody mending a setting. */
  public boolean passing() {
    return passing;
  }
}
