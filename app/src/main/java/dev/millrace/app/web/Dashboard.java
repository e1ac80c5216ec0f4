package dev.millrace.app.web;

import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.monitor.Frames;
import dev.millrace.app.monitor.OtlpPush;
import dev.millrace.app.monitor.PipelineMonitor;
import dev.millrace.app.monitor.TensorBoardLog;
import dev.millrace.topology.ModelProbe;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that watches the pipelines of a process: a monitor for each, and the page that shows them.
 */
public final class Dashboard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dashboard.class);
  private static final Duration LOG_PATIENCE = Duration.ofSeconds(10);

  private final Frames frames;
  private final Monitors monitors;
  private final HttpFace face; // null where nothing is to be served
  private Thread logging; // null unless figures are logged
  private OtlpPush pushing; // null unless figures are sent

  private Dashboard(Frames frames, Monitors monitors, HttpFace face) {
    this.frames = frames;
    this.monitors = monitors;
    this.face = face;
  }

  /**
   * Of pipelines that are about to be started.
   *
   * @param token that requests from other machines must give
   * @throws RuntimeException of the server's, if the address cannot be had
   */
  public static Dashboard open(
      List<Pipeline> pipelines,
      InstantSource clock,
      InetSocketAddress address,
      Optional<String> token) {
    Frames frames = new Frames();
    Monitors monitors =
        new Monitors(
            pipelines.stream()
                .map(pipeline -> new PipelineMonitor(pipeline, clock, frames))
                .toList());
    Access access = new Access(address.getAddress(), token);
    return new Dashboard(
        frames, monitors, HttpFace.start(address, access, monitors, frames, clock));
  }

  /** Nothing is watched. */
  public static Dashboard none() {
    return new Dashboard(new Frames(), new Monitors(List.of()), null);
  }

  /** Writes the figures of each second that follows to a log as well. */
  public void logTo(TensorBoardLog log) {
    Frames.Subscription subscription = frames.subscribe();
    logging =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-tensorboard")
            .start(
                () -> {
                  try (log;
                      subscription) {
                    while (!Thread.currentThread().isInterrupted()) {
                      subscription.next(LOG_PATIENCE).ifPresent(log::add);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // closed
                  } catch (UncheckedIOException e) {
                    LOG.error("figures are no longer logged for TensorBoard: {}", e.getMessage());
                  }
                });
  }

  /** Sends what {@code /metrics} shows to an OpenTelemetry collector as well. */
  public void pushTo(URI collector, Duration every) {
    pushing = OtlpPush.start(collector, every, monitors.all());
  }

  /** Whom to tell how the start of a pipeline gets on. */
  public StartListener listener(Pipeline pipeline) {
    return monitors.find(pipeline.name()).map(StartListener.class::cast).orElse(StartListener.NONE);
  }

  /** Who looks into the models of a pipeline. */
  public ModelProbe probe(Pipeline pipeline) {
    return monitors.find(pipeline.name()).map(PipelineMonitor::probe).orElse(ModelProbe.NONE);
  }

  /** Begins to watch a pipeline that has been started. */
  public void watch(PipelineHost host) {
    monitors.find(host.pipeline().name()).ifPresent(monitor -> monitor.watch(host));
  }

  /** Where the page is, if it is anywhere. */
  public Optional<String> url() {
    return Optional.ofNullable(face).map(HttpFace::url);
  }

  public int port() {
    return face.port();
  }

  @Override
  public void close() {
    if (logging != null) {
      logging.interrupt();
      try {
        logging.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (pushing != null) {
      pushing.close();
    }
    if (face != null) {
      face.close();
    }
    monitors.all().forEach(PipelineMonitor::close);
  }
}
