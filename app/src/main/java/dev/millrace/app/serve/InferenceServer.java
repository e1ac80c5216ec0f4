package dev.millrace.app.serve;

import dev.millrace.app.web.Access;
import dev.millrace.app.web.Servers;
import dev.millrace.topology.serve.RequestException;
import dev.millrace.topology.serve.ServedModels;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;

/** The HTTP server of a process that serves models; each request has a virtual thread. */
public final class InferenceServer implements AutoCloseable {
  private static final int REQUEST_BYTES_MAX = 16 << 20;

  private final WebServer server;
  private final ServeMetrics metrics;
  private final String url;

  private InferenceServer(WebServer server, ServeMetrics metrics, String url) {
    this.server = server;
    this.metrics = metrics;
    this.url = url;
  }

  /**
   * Starts to answer.
   *
   * @param address its port 0 is any free one
   * @param token that requests from other machines must give
   * @param version of the program
   * @throws RuntimeException of the server's, if the address cannot be had
   */
  public static InferenceServer start(
      ServedModels models,
      InetSocketAddress address,
      Optional<String> token,
      InstantSource clock,
      String version) {
    Access access = new Access(address.getAddress(), token);
    ServeMetrics metrics = new ServeMetrics(models, clock);
    WebServer server =
        Servers.start(
            Servers.at(address.getAddress(), address.getPort(), REQUEST_BYTES_MAX)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> route(routing, access, models, metrics, version)));
    return new InferenceServer(server, metrics, Servers.url(address, server));
  }

  private static void route(
      HttpRouting.Builder routing,
      Access access,
      ServedModels models,
      ServeMetrics metrics,
      String version) {
    routing
        .addFilter(access::filter)
        .error(
            RequestException.class,
            (request, response, e) -> InferenceRoutes.error(response, 400, e.getMessage()))
        .error(
            NotThereException.class,
            (request, response, e) -> InferenceRoutes.error(response, e.status(), e.getMessage()))
        .error(
            Exception.class,
            (request, response, e) -> InferenceRoutes.error(response, 500, "Not answered: " + e))
        .register("/v2", new InferenceRoutes(models, metrics, version))
        .get(
            "/metrics",
            (request, response) ->
                response
                    .header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                    .send(metrics.scrape()))
        .any(
            (request, response) ->
                InferenceRoutes.error(response, 404, "Nothing is at " + request.path().path()));
  }

  public int port() {
    return server.port();
  }

  /** Where it is: {@code http://127.0.0.1:8081}. */
  public String url() {
    return url;
  }

  @Override
  public void close() {
    server.stop();
    metrics.close();
  }
}
