package dev.millrace.app.web;

import dev.millrace.app.monitor.Meters;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** {@code /metrics}, as Prometheus scrapes it. */
final class MetricsRoutes implements HttpService, AutoCloseable {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS = "application/openmetrics-text";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Meters meters;

  MetricsRoutes(Monitors monitors) {
    meters = new Meters(monitors.all(), registry);
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::scrape);
  }

  private void scrape(ServerRequest request, ServerResponse response) {
    meters.update();
    String accept = request.headers().value(HeaderNames.ACCEPT).orElse("");
    String type =
        accept.contains(OPEN_METRICS) ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : TEXT;
    response.header(HeaderNames.CONTENT_TYPE, type).send(registry.scrape(type));
  }

  @Override
  public void close() {
    meters.close();
    registry.close();
  }
}
