package dev.millrace.app.serve;

import dev.millrace.topology.serve.ServedModel;
import dev.millrace.topology.serve.ServedModels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What is measured of serving, in the text format of Prometheus. */
final class ServeMetrics implements AutoCloseable {
  /** What becomes of a request; the label {@code outcome} has these values. */
  enum Outcome {
    ANSWERED,
    REFUSED,
    FAILED
  }

  private static final Duration[] BUCKETS = {
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofSeconds(1)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Timer latency;
  private final Counter rows;

  ServeMetrics(ServedModels models, InstantSource clock) {
    String pipeline = models.pipeline().name();
    registry.config().commonTags("pipeline", pipeline);
    latency =
        Timer.builder("millrace.serving.request")
            .description("From a request's last byte to its answer")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    rows =
        Counter.builder("millrace.serving.rows")
            .description("Rows of requests that were answered")
            .register(registry);
    for (Outcome outcome : Outcome.values()) {
      requests(outcome);
    }
    for (int partition = 0; partition < models.partitions(); partition++) {
      gauge(models, partition, "version", "Version of the model", ServedModel::version);
      gauge(
          models,
          partition,
          "offset",
          "Offset of the last event that the model has learned",
          ServedModel::lastOffset);
      age(models, partition, clock);
    }
  }

  private void age(ServedModels models, int partition, InstantSource clock) {
    Gauge.builder("millrace.serving.model.age", models, all -> ageSeconds(all, partition, clock))
        .description("Since the timestamp of the last event that the model has learned")
        .baseUnit("seconds")
        .tag("partition", Integer.toString(partition))
        .register(registry);
  }

  private static double ageSeconds(ServedModels models, int partition, InstantSource clock) {
    return models
        .model(partition)
        .map(model -> (clock.millis() - model.eventTime()) / 1_000.0)
        .orElse(Double.NaN);
  }

  private void gauge(
      ServedModels models,
      int partition,
      String name,
      String doc,
      ToDoubleFunction<ServedModel> figure) {
    Gauge.builder(
            "millrace.serving.model." + name,
            models,
            all -> all.model(partition).map(figure::applyAsDouble).orElse(Double.NaN))
        .description(doc)
        .tag("partition", Integer.toString(partition))
        .register(registry);
  }

  private Counter requests(Outcome outcome) {
    return Counter.builder("millrace.serving.requests")
        .description("Requests by what became of them")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  void answered(long nanoseconds, int ofRows) {
    latency.record(Duration.ofNanos(nanoseconds));
    rows.increment(ofRows);
    requests(Outcome.ANSWERED).increment();
  }

  void count(Outcome outcome) {
    requests(outcome).increment();
  }

  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
