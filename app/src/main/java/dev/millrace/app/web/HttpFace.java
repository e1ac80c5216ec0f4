package dev.millrace.app.web;

import dev.millrace.app.monitor.Frames;
import dev.millrace.topology.PreflightException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetSocketAddress;
import java.time.InstantSource;

/** The HTTP server of a process that runs pipelines. */
final class HttpFace implements AutoCloseable {
  private static final int REQUEST_BYTES_MAX = 16 << 20;

  private final WebServer server;
  private final StreamRoutes streams;
  private final MetricsRoutes metrics;
  private final String url;

  private HttpFace(WebServer server, StreamRoutes streams, MetricsRoutes metrics, String url) {
    this.metrics = metrics;
    this.server = server;
    this.streams = streams;
    this.url = url;
  }

  /**
   * Starts to answer.
   *
   * @param address its port 0 is any free one
   * @throws java.io.UncheckedIOException if it cannot be had
   */
  static HttpFace start(
      InetSocketAddress address,
      Access access,
      Monitors monitors,
      Frames frames,
      InstantSource clock) {
    StreamRoutes streams = new StreamRoutes(monitors, frames);
    MetricsRoutes metrics = new MetricsRoutes(monitors);
    ControlRoutes controls = new ControlRoutes(monitors, clock);
    try {
      WebServer server =
          Servers.start(
              Servers.at(address.getAddress(), address.getPort(), REQUEST_BYTES_MAX)
                  .routing(
                      routing -> route(routing, access, monitors, controls, streams, metrics)));
      return new HttpFace(server, streams, metrics, Servers.url(address, server));
    } catch (RuntimeException e) {
      streams.close();
      metrics.close();
      throw e;
    }
  }

  private static void route(
      HttpRouting.Builder routing,
      Access access,
      Monitors monitors,
      ControlRoutes controls,
      StreamRoutes streams,
      MetricsRoutes metrics) {
    routing
        .addFilter(access::filter)
        .error(
            ApiException.class,
            (request, response, e) -> Json.error(response, e.status(), e.getMessage()))
        .error(
            PreflightException.class,
            (request, response, e) -> Json.error(response, 409, e.getMessage()))
        .error(
            Exception.class,
            (request, response, e) -> Json.error(response, 500, "Not answered: " + e))
        .register("/", new PageRoutes())
        .register("/page", streams)
        .register("/pipelines", new AdminRoutes(monitors), controls)
        .register("/metrics", metrics)
        .register("/v2/health", new HealthRoutes(monitors))
        .any(
            (request, response) ->
                Json.error(response, 404, "Nothing is at " + request.path().path()));
  }

  int port() {
    return server.port();
  }

  /** Where it is: {@code http://127.0.0.1:8080}. */
  String url() {
    return url;
  }

  @Override
  public void close() {
    streams.close();
    server.stop();
    metrics.close();
  }
}
