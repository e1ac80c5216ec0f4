package dev.millrace.app.monitor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.List;

/** All that is measured of a process, in one registry: the pipelines, Kafka's own and the JVM's. */
public final class Meters implements AutoCloseable {
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final List<PipelineMeters> pipelines;

  /** Meters of pipelines, in a registry that the caller closes. */
  public Meters(List<PipelineMonitor> monitors, MeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbage.bindTo(registry);
    pipelines = monitors.stream().map(monitor -> new PipelineMeters(monitor, registry)).toList();
  }

  /** Adds meters of what is new; to be called before they are read. */
  public synchronized void update() {
    pipelines.forEach(PipelineMeters::update);
  }

  @Override
  public synchronized void close() {
    pipelines.forEach(PipelineMeters::close);
    garbage.close();
  }
}
