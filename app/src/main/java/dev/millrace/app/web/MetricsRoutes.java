package dev.millrace.app.web;

import dev.millrace.app.monitor.PipelineMeters;
import dev.millrace.app.monitor.PipelineMonitor;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/** {@code /metrics}, as Prometheus scrapes it: the pipelines', Kafka's own and the JVM's. */
final class MetricsRoutes implements HttpService, AutoCloseable {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS = "application/openmetrics-text";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final List<PipelineMeters> pipelines;

  MetricsRoutes(Monitors monitors) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbage.bindTo(registry);
    pipelines = monitors.all().stream().map(this::meters).toList();
  }

  private PipelineMeters meters(PipelineMonitor monitor) {
    return new PipelineMeters(monitor, registry);
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::scrape);
  }

  private void scrape(ServerRequest request, ServerResponse response) {
    synchronized (this) {
      pipelines.forEach(PipelineMeters::update);
    }
    String accept = request.headers().value(HeaderNames.ACCEPT).orElse("");
    String type =
        accept.contains(OPEN_METRICS) ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : TEXT;
    response.header(HeaderNames.CONTENT_TYPE, type).send(registry.scrape(type));
  }

  @Override
  public void close() {
    pipelines.forEach(PipelineMeters::close);
    garbage.close();
    registry.close();
  }
}
