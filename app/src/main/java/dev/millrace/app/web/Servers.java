package dev.millrace.app.web;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** What the HTTP servers of this program have in common. */
public final class Servers {
  private static final Duration GRACE = Duration.ofMillis(100);

  private Servers() {}

  /**
   * A server at an address, which whoever starts it closes.
   *
   * @param port 0 is any free one
   * @param requestBytesMax the longest body that is read
   */
  public static WebServerConfig.Builder at(InetAddress address, int port, long requestBytesMax) {
    return WebServer.builder()
        .address(address)
        .port(port)
        .shutdownHook(false)
        .shutdownGracePeriod(GRACE)
        .maxPayloadSize(requestBytesMax);
  }

  /**
   * Starts one. Helidon's own start logs an address that it cannot have, and returns.
   *
   * @throws UncheckedIOException if the address cannot be had
   */
  public static WebServer start(WebServerConfig.Builder of) {
    WebServer server = of.build().start();
    if (!server.isRunning()) {
      String why = "it is in use, or not this machine's";
      throw new UncheckedIOException(why, new BindException(why));
    }
    return server;
  }

  /** Where one is: {@code http://127.0.0.1:8080}. */
  public static String url(InetSocketAddress asked, WebServer started) {
    return "http://" + asked.getHostString() + ":" + started.port();
  }
}
