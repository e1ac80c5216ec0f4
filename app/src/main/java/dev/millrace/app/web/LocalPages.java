package dev.millrace.app.web;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which HTTP requests a server on this machine alone may answer. A page of another site, open in
 * the user's browser, can send requests here too, under a name of its own that leads to 127.0.0.1
 * (DNS rebinding); the browser says so in {@code Host} and {@code Origin}.
 */
public final class LocalPages {
  private static final Set<String> NAMES = Set.of("127.0.0.1", "localhost", "[::1]");

  private LocalPages() {}

  /**
   * Whether a request is meant for this machine and comes from it.
   *
   * @param host of the header, or of HTTP/2's authority
   * @param origin empty if there is none, as of every client but a browser
   */
  public static boolean admit(String host, Optional<String> origin) {
    return NAMES.contains(withoutPort(host)) && origin.map(LocalPages::isLocal).orElse(true);
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    boolean port = colon > host.lastIndexOf(']');
    return (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
  }

  private static boolean isLocal(String origin) {
    try {
      String host = URI.create(origin).getHost();
      return host != null && NAMES.contains(host.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
