package dev.millrace.app.web;

import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.monitor.Frames;
import dev.millrace.app.monitor.PipelineMonitor;
import dev.millrace.topology.ModelProbe;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * All that watches the pipelines of a process: a monitor for each, and the page that shows them.
 */
public final class Dashboard implements AutoCloseable {
  private final Monitors monitors;
  private final HttpFace face; // null where nothing is to be served

  private Dashboard(Monitors monitors, HttpFace face) {
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
    return new Dashboard(monitors, HttpFace.start(address, access, monitors, frames, clock));
  }

  /** Nothing is watched. */
  public static Dashboard none() {
    return new Dashboard(new Monitors(List.of()), null);
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
    if (face != null) {
      face.close();
    }
    monitors.all().forEach(PipelineMonitor::close);
  }
}
