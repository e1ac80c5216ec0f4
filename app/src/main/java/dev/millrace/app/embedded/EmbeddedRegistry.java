package dev.millrace.app.embedded;

import dev.millrace.app.web.LocalPages;
import dev.millrace.app.web.Servers;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A schema registry that speaks Confluent's REST API and keeps its schemas in Kafka, so that ids
 * survive restarts. Exists because no registry can be had as a library (docs/decisions/0004); the
 * real client is its test.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final int REQUEST_BYTES_MAX = 4 << 20;

  private final WebServer server;
  private final RegistryLog log;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedRegistry(WebServer server, RegistryLog log) {
    this.server = server;
    this.log = log;
  }

  /** One user who may ask; all others get 401. */
  public record Login(String user, String password) {
    public Login {
      Objects.requireNonNull(user, "user");
      Objects.requireNonNull(password, "password");
    }

    private boolean admits(String authorization) {
      String wanted =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
      return MessageDigest.isEqual(
          wanted.getBytes(StandardCharsets.UTF_8), authorization.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
      return "Login[" + user + "]";
    }
  }

  /**
   * Returns when the topic is read to its end and requests are answered.
   *
   * @param port 0 is any free one
   * @throws EmbeddedException if the port is in use or the topic cannot be read
   */
  public static EmbeddedRegistry start(String bootstrapServers, int port) {
    return start(bootstrapServers, port, null);
  }

  /**
   * As {@link #start(String, int)}, with basic authentication.
   *
   * @param login null lets everybody in
   */
  public static EmbeddedRegistry start(String bootstrapServers, int port, Login login) {
    int free = Loopback.freePorts(port)[0];
    RegistryState state = new RegistryState();
    RegistryLog log = RegistryLog.open(bootstrapServers, state);
    try {
      WebServer server =
          Servers.start(
              Servers.at(Loopback.address(), free, REQUEST_BYTES_MAX)
                  .routing(routing -> route(routing, new RegistryRoutes(state, log), login)));
      return new EmbeddedRegistry(server, log);
    } catch (RuntimeException e) {
      log.close();
      throw new EmbeddedException(
          "the embedded registry cannot start on port " + free + ": " + e.getMessage(), e);
    }
  }

  /** Value for {@code schema.registry.url}. */
  public String url() {
    return "http://" + Loopback.HOST + ":" + server.port();
  }

  /** Stops answering. A second call does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        server.stop();
      } finally {
        log.close();
      }
    }
  }

  private static void route(HttpRouting.Builder routing, RegistryRoutes routes, Login login) {
    routing.addFilter(
        (chain, request, response) -> {
          Optional<String> origin = request.headers().value(HeaderNames.ORIGIN);
          if (!LocalPages.admit(request.authority(), origin)) {
            RegistryRoutes.send(
                response,
                new RegistryError(
                    403, 403, "This registry answers requests to and from 127.0.0.1 only"));
            return;
          }
          chain.proceed();
        });
    if (login != null) {
      routing.addFilter(
          (chain, request, response) -> {
            if (!login.admits(request.headers().value(HeaderNames.AUTHORIZATION).orElse(""))) {
              response.header(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"schema registry\"");
              RegistryRoutes.send(response, new RegistryError(401, 401, "Unauthorized"));
              return;
            }
            chain.proceed();
          });
    }
    RegistryRoutes.errors(routing);
    routing.register("/", routes);
  }
}
