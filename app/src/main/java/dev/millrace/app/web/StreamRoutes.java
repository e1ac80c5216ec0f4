package dev.millrace.app.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.millrace.app.monitor.Frame;
import dev.millrace.app.monitor.Frames;
import dev.millrace.app.monitor.PipelineMonitor;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** What the page lives on: frames as server-sent events, and the past that they follow. */
final class StreamRoutes implements HttpService {
  private static final int WATCHERS_MAX = 64;

  /** Less than what proxies take for silence. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final Monitors monitors;
  private final Frames frames;
  private final Semaphore watchers = new Semaphore(WATCHERS_MAX);
  private volatile boolean closed;

  StreamRoutes(Monitors monitors, Frames frames) {
    this.monitors = monitors;
    this.frames = frames;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/frames", this::frames)
        .get("/frame", this::newest)
        .get("/pipelines/{pipeline}/timeline/{partition}", this::timeline)
        .get("/pipelines/{pipeline}/dead-letters", this::deadLetters);
  }

  private void newest(ServerRequest request, ServerResponse response) {
    ArrayNode all = Json.array();
    monitors.all().forEach(monitor -> all.add(FrameJson.of(monitor.newest())));
    Json.send(response, 200, all);
  }

  private void timeline(ServerRequest request, ServerResponse response) {
    PipelineMonitor monitor = monitor(request);
    int partition = (int) Requests.number(request, "partition");
    Json.send(
        response, 200, FrameJson.timeline(monitor.timeline(partition), monitor.paces(partition)));
  }

  private void deadLetters(ServerRequest request, ServerResponse response) {
    Json.send(response, 200, FrameJson.deadLetters(monitor(request).deadLetters()));
  }

  private PipelineMonitor monitor(ServerRequest request) {
    return monitors.named(Requests.pipeline(request));
  }

  /** Runs as long as the watcher is there; its thread is virtual. */
  private void frames(ServerRequest request, ServerResponse response) throws IOException {
    if (!watchers.tryAcquire()) {
      throw new ApiException(503, "%d pages are open already".formatted(WATCHERS_MAX));
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "text/event-stream")
        .header(HeaderNames.CACHE_CONTROL, "no-store");
    try (Frames.Subscription subscription = frames.subscribe();
        OutputStream out = response.outputStream()) {
      for (Frame frame : monitors.all().stream().map(PipelineMonitor::newest).toList()) {
        send(out, frame);
      }
      while (!closed) {
        Optional<Frame> frame = subscription.next(HEARTBEAT);
        if (frame.isPresent()) {
          send(out, frame.get());
        } else {
          out.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
          out.flush();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server stops
    } catch (IOException | UncheckedIOException e) {
      // the watcher has gone
    } finally {
      watchers.release();
    }
  }

  private static void send(OutputStream out, Frame frame) throws IOException {
    out.write("event: frame\ndata: ".getBytes(StandardCharsets.UTF_8));
    out.write(Json.bytes(FrameJson.of(frame)));
    out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Lets every watcher go. */
  void close() {
    closed = true;
  }
}
