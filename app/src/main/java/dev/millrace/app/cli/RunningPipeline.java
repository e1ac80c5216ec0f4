package dev.millrace.app.cli;

import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.web.Dashboard;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** One of the pipelines of {@code run}, and what the user is told of it. */
final class RunningPipeline implements AutoCloseable {
  private final Pipeline pipeline;
  private final SchemaRegistry registry;
  private final StartReport report;
  private final BrokerWatch brokers;
  private final PipelineHost host;

  /** Starts it, and says where from and where to. */
  RunningPipeline(
      Pipeline pipeline,
      Path state,
      Kernels kernels,
      Dashboard dashboard,
      InstantSource clock,
      PrintWriter err) {
    this.pipeline = pipeline;
    report = new StartReport(pipeline, clock, err);
    registry = new ConfluentSchemaRegistry(pipeline.registry());
    try {
      host =
          PipelineHost.start(
              pipeline,
              state,
              kernels,
              registry,
              clock,
              StartListener.both(report, dashboard.listener(pipeline)),
              dashboard.probe(pipeline));
    } catch (RuntimeException e) {
      registry.close();
      throw e;
    }
    dashboard.watch(host);
    err.printf(
        "%s: %s → %s, state in %s%n",
        pipeline.name(), pipeline.input().topic(), pipeline.outputs().predictions(), state);
    brokers = new BrokerWatch(pipeline, host::bytesReceived, clock, err);
  }

  /** Looks how it gets on, and tells what is new. */
  void glance() {
    report.glance();
    brokers.glance();
  }

  /** Waits until it ends by itself, which it does only on an error. */
  boolean awaitEnd(Duration patience) throws InterruptedException {
    return host.awaitEnd(patience);
  }

  /** What ended it. */
  PipelineEndedException end() {
    return new PipelineEndedException(pipeline.name(), host.failure().orElse(null));
  }

  @Override
  public void close() {
    try {
      host.close();
    } finally {
      registry.close();
    }
  }
}
