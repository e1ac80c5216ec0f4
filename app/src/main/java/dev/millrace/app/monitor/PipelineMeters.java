package dev.millrace.app.monitor;

import dev.millrace.app.host.PipelineHost;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.streams.KafkaStreams;

/**
 * The figures of a pipeline as meters, named {@code millrace.*}, with the labels {@code pipeline}
 * and {@code partition} and no others. Not thread-safe.
 */
public final class PipelineMeters implements AutoCloseable {
  /** Figures between 0 and 1, or of that scale. */
  private static final String RATIO =
      "(baseline_)?(no_change|majority(_running)?|accuracy|balanced_accuracy|f1|kappa|kappa_temporal"
          + "|ece|roc_auc|pr_auc|coverage|expert_weight_.*)(_window|_fading)?";

  private static final String NATS = "(baseline_prior_)?log_loss(_window|_fading)?";

  private final PipelineMonitor monitor;
  private final MeterRegistry registry;
  private final Set<String> known = new HashSet<>();
  private KafkaStreams streams; // whose meters are registered
  private KafkaStreamsMetrics kafka;

  /** Of the pipeline of a monitor; no meters yet. */
  public PipelineMeters(PipelineMonitor monitor, MeterRegistry registry) {
    this.monitor = monitor;
    this.registry = registry;
    Gauge.builder("millrace.up", monitor, m -> isUp(m) ? 1 : 0)
        .description("1 while this instance's Kafka Streams is running, else 0")
        .tags("pipeline", monitor.pipeline().name())
        .register(registry);
  }

  private static boolean isUp(PipelineMonitor monitor) {
    return monitor.newest().state().equals("RUNNING");
  }

  /** Adds meters of what is new since the last call; those there are keep themselves up to date. */
  public void update() {
    for (ModelFrame model : monitor.newest().models()) {
      int partition = model.metrics().partition();
      if (known.add("model " + partition)) {
        addModel(partition);
      }
      for (String reason : model.metrics().deadLetters().keySet()) {
        if (known.add("reason " + reason + " " + partition)) {
          count(
              partition,
              "dead.letters." + reason,
              "Dead letters with the reason " + reason,
              m -> m.metrics().deadLetters().getOrDefault(reason, 0L));
        }
      }
      for (String figure : model.metrics().metrics().keySet()) {
        if (known.add("figure " + figure + " " + partition)) {
          gauge(
              partition,
              figure,
              unit(figure),
              "docs/metrics.md: " + figure,
              m -> m.metrics().metrics().getOrDefault(figure, Double.NaN));
        }
      }
    }
    bindKafka();
  }

  private static String unit(String figure) {
    return figure.matches(RATIO) ? "ratio" : figure.matches(NATS) ? "nats" : null;
  }

  private void addModel(int partition) {
    count(partition, "events.read", "Events taken", m -> m.metrics().read());
    count(partition, "events.predicted", "Events predicted", m -> m.metrics().predicted());
    count(
        partition,
        "events.dead.lettered",
        "Events that could not be read",
        m -> m.metrics().deadLettered());
    count(
        partition, "events.labelled", "Predicted events with a label", m -> m.metrics().labelled());
    count(
        partition,
        "events.learned",
        "Labelled events taken up by a step",
        m -> m.metrics().learned());
    count(
        partition,
        "events.rejected",
        "Labelled events of steps that were skipped",
        m -> m.metrics().rejected());
    count(
        partition,
        "events.undersampled",
        "Labelled events left out by undersampling",
        m -> m.metrics().undersampled());
    count(
        partition,
        "steps.skipped",
        "Steps whose loss or gradient was not finite",
        m -> m.metrics().skippedSteps());
    gauge(
        partition,
        "events.pending",
        null,
        "Labelled events that wait for their step",
        m -> m.metrics().pending());
    gauge(
        partition, "model.version", null, "Version of the model", m -> m.metrics().modelVersion());
    gauge(
        partition,
        "model.event.time",
        "seconds",
        "Kafka timestamp of the last event taken",
        m -> m.eventTime() / 1e3);
    gauge(
        partition,
        "input.lag",
        "events",
        "Committed events not yet taken",
        m -> known(m.pace().lagEvents()));
    gauge(
        partition,
        "input.lag",
        "seconds",
        "Age of the oldest event that waits, at most",
        m -> known(m.pace().lagSeconds()));
  }

  private static double known(double lag) {
    return lag < 0 ? Double.NaN : lag;
  }

  private void count(int partition, String name, String what, ToDoubleFunction<ModelFrame> value) {
    FunctionCounter.builder("millrace." + name, monitor, m -> value(m, partition, value))
        .description(what)
        .tags(tags(partition))
        .register(registry);
  }

  private void gauge(
      int partition, String name, String unit, String what, ToDoubleFunction<ModelFrame> value) {
    Gauge.builder(
            "millrace." + name.replace('_', '.') + (unit == null ? "" : "." + unit),
            monitor,
            m -> value(m, partition, value))
        .description(what)
        .tags(tags(partition))
        .register(registry);
  }

  private static double value(
      PipelineMonitor monitor, int partition, ToDoubleFunction<ModelFrame> value) {
    return monitor.newest().models().stream()
        .filter(model -> model.metrics().partition() == partition)
        .findFirst()
        .map(model -> value.applyAsDouble(model))
        .orElse(Double.NaN);
  }

  private Tags tags(int partition) {
    return Tags.of("pipeline", monitor.pipeline().name(), "partition", Integer.toString(partition));
  }

  /** Kafka's meters are of one client, of which there is another after a rollback. */
  private void bindKafka() {
    Optional<KafkaStreams> now = monitor.host().map(PipelineHost::runner).map(r -> r.streams());
    if (now.isPresent() && now.get() != streams) {
      close();
      streams = now.get();
      kafka = new KafkaStreamsMetrics(streams);
      kafka.bindTo(registry);
    }
  }

  @Override
  public void close() {
    if (kafka != null) {
      kafka.close();
      kafka = null;
    }
  }
}
