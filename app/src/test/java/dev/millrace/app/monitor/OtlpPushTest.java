package dev.millrace.app.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a collector that decodes what it is sent by OpenTelemetry's own classes. */
class OtlpPushTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<ExportMetricsServiceRequest> received = new CopyOnWriteArrayList<>();
  private final Pipeline pipeline =
      PipelineParser.parse(
          """
          name: rides
          input: {topic: rides}
          label: {field: price}
          model: auto
          """,
          "rides.yaml");
  private HttpServer collector;

  @BeforeEach
  void open() throws IOException {
    listen(0);
  }

  @AfterEach
  void close() {
    collector.stop(0);
  }

  private void listen(int port) throws IOException {
    collector = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    collector.createContext("/v1/metrics", this::take);
    collector.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      received.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private OtlpPush push() {
    PipelineMonitor monitor = new PipelineMonitor(pipeline, InstantSource.system(), new Frames());
    URI url = URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics");
    return OtlpPush.start(url, Duration.ofMillis(100), List.of(monitor));
  }

  private static Stream<Metric> metrics(ExportMetricsServiceRequest request) {
    return request.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream());
  }

  @Test
  void shouldSendThePipelinesFiguresAndTheJvms() {
    try (OtlpPush _ = push()) {
      await().atMost(PATIENCE).until(() -> !received.isEmpty());
    }
    ExportMetricsServiceRequest last = received.getLast();
    assertThat(last.getResourceMetrics(0).getResource().getAttributesList())
        .filteredOn(attribute -> attribute.getKey().equals("service.name"))
        .extracting(attribute -> attribute.getValue().getStringValue())
        .containsExactly("millrace");
    Metric up = metrics(last).filter(m -> m.getName().equals("millrace.up")).findFirst().get();
    assertThat(up.getGauge().getDataPoints(0).getAsDouble()).isZero();
    assertThat(up.getGauge().getDataPoints(0).getAttributesList())
        .extracting(KeyValue::getKey)
        .containsExactly("pipeline");
    assertThat(metrics(last).map(Metric::getName)).contains("jvm.memory.used");
  }

  @Test
  void shouldGoOnWhenACollectorThatWasAwayIsBack() throws IOException {
    int port = collector.getAddress().getPort();
    try (OtlpPush _ = push()) {
      await().atMost(PATIENCE).until(() -> !received.isEmpty());
      collector.stop(0);
      int before = received.size();
      await().pollDelay(Duration.ofMillis(500)).until(() -> true);
      assertThat(received).hasSize(before);
      listen(port);
      await().atMost(PATIENCE).until(() -> received.size() > before);
    }
  }
}
