package dev.millrace.app.monitor;

import io.micrometer.core.instrument.Clock;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sends the {@link Meters} of a process to an OpenTelemetry collector at intervals, by OTLP over
 * HTTP. What it cannot send it tells the log; the next time it tries again.
 */
public final class OtlpPush implements AutoCloseable {
  private final Registry registry;
  private final Meters meters;

  private OtlpPush(Registry registry, Meters meters) {
    this.registry = registry;
    this.meters = meters;
  }

  /**
   * Begins to send.
   *
   * @param url such as {@code http://localhost:4318/v1/metrics}
   */
  public static OtlpPush start(URI url, Duration every, List<PipelineMonitor> monitors) {
    Registry registry = new Registry(new To(url, every));
    Meters meters = new Meters(monitors, registry);
    registry.update = meters::update;
    return new OtlpPush(registry, meters);
  }

  /** Sends once more what there is. */
  @Override
  public void close() {
    registry.close();
    meters.close();
  }

  /** Brings the meters up to date before it sends them. */
  private static final class Registry extends OtlpMeterRegistry {
    private volatile Runnable update; // null until there are meters: the superclass begins at once

    Registry(OtlpConfig config) {
      super(config, Clock.SYSTEM);
    }

    @Override
    protected void publish() {
      if (update != null) {
        update.run();
        super.publish();
      }
    }
  }

  /** Headers and attributes are those of OpenTelemetry's own variables of the environment. */
  private record To(URI to, Duration every) implements OtlpConfig {
    @Override
    public String get(String key) {
      return null; // what is not said here has Micrometer's default
    }

    @Override
    public String url() {
      return to.toString();
    }

    @Override
    public Duration step() {
      return every;
    }

    @Override
    public TimeUnit baseTimeUnit() {
      return TimeUnit.SECONDS; // as at /metrics
    }

    @Override
    public Map<String, String> resourceAttributes() {
      Map<String, String> attributes = new HashMap<>(OtlpConfig.super.resourceAttributes());
      attributes.putIfAbsent("service.name", "millrace");
      return attributes;
    }
  }
}
