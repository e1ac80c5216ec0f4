package dev.millrace.app.cli;

import dev.millrace.app.monitor.TensorBoardLog;
import dev.millrace.app.web.Dashboard;
import dev.millrace.topology.config.Pipeline;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a command that runs pipelines answers HTTP; a picocli mixin. */
public final class HttpFlags {
  private static final String HOST = "127.0.0.1";
  private static final int PORT = 8080;
  private static final Duration OTLP_INTERVAL = Duration.ofMinutes(1);

  /** The last port to try where none was stated. */
  private static final int PORT_MAX = 8099;

  @Option(
      names = "--http",
      paramLabel = "[HOST:]PORT|off",
      description = {
        "Where the page, its API and /metrics are. Default: 127.0.0.1:8080, or the next port",
        "that is free. Others than this machine need the token in MILLRACE_HTTP_TOKEN."
      })
  private String http;

  @Option(
      names = "--tensorboard",
      paramLabel = "DIR",
      description =
          "Also log the figures of each second there, as TensorBoard reads them, a run a model.")
  private Path tensorBoard;

  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description = {
        "Also send what /metrics shows to an OpenTelemetry collector, each minute, such as",
        "http://localhost:4318/v1/metrics. OTEL_METRIC_EXPORT_INTERVAL (ms) and",
        "OTEL_EXPORTER_OTLP_HEADERS count."
      })
  private URI collector;

  /**
   * Opens the page of pipelines that are about to start, unless it is off.
   *
   * @throws UserException if the address cannot be had
   */
  Dashboard open(List<Pipeline> pipelines, InstantSource clock, PrintWriter err) {
    if ("off".equals(http)) {
      requireNothingOf(tensorBoard, "--tensorboard");
      requireNothingOf(collector, "--otlp");
      return Dashboard.none();
    }
    Duration every = interval(System.getenv("OTEL_METRIC_EXPORT_INTERVAL"));
    requireHttp(collector);
    Dashboard dashboard = opened(pipelines, clock, err);
    if (tensorBoard != null) {
      dashboard.logTo(new TensorBoardLog(tensorBoard));
    }
    if (collector != null) {
      dashboard.pushTo(collector, every);
    }
    return dashboard;
  }

  private static void requireNothingOf(Object value, String flag) {
    if (value != null) {
      throw new UserException(
          flag + " takes what the page shows, and --http is off",
          "Leave out one of the two; --http 0 takes any free port");
    }
  }

  private static void requireHttp(URI collector) {
    if (collector != null
        && (collector.getHost() == null
            || !List.of("http", "https").contains(collector.getScheme()))) {
      throw new UserException(
          "--otlp is '" + collector + "'; expected http://HOST:PORT/PATH or https://HOST:PORT/PATH",
          "As in --otlp http://localhost:4318/v1/metrics");
    }
  }

  /** Of a number of milliseconds; a minute if there is none. */
  private static Duration interval(String milliseconds) {
    if (milliseconds == null || milliseconds.isBlank()) {
      return OTLP_INTERVAL;
    }
    try {
      long parsed = Long.parseLong(milliseconds.strip());
      if (parsed > 0) {
        return Duration.ofMillis(parsed);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UserException(
        "OTEL_METRIC_EXPORT_INTERVAL is '" + milliseconds + "'; expected milliseconds above 0",
        "As in OTEL_METRIC_EXPORT_INTERVAL=60000");
  }

  private Dashboard opened(List<Pipeline> pipelines, InstantSource clock, PrintWriter err) {
    if (http != null) {
      return openAt(address(http), pipelines, clock);
    }
    Dashboard dashboard = openAnywhere(pipelines, clock);
    if (dashboard.port() != PORT) {
      err.printf("port %d is in use; the page is at %s%n", PORT, dashboard.url().orElseThrow());
      err.flush();
    }
    return dashboard;
  }

  private static Dashboard openAnywhere(List<Pipeline> pipelines, InstantSource clock) {
    for (int port = PORT; ; port++) {
      try {
        return open(new InetSocketAddress(HOST, port), pipelines, clock);
      } catch (RuntimeException e) {
        if (port == PORT_MAX) {
          throw new UserException(
              "none of the ports %d to %d of %s can be opened: %s"
                  .formatted(PORT, PORT_MAX, HOST, e.getMessage()),
              "State another with --http PORT (0 is any free one), or --http off",
              e);
        }
      }
    }
  }

  private static Dashboard openAt(
      InetSocketAddress address, List<Pipeline> pipelines, InstantSource clock) {
    try {
      return open(address, pipelines, clock);
    } catch (RuntimeException e) {
      throw notOpened(address, e);
    }
  }

  /** An address that cannot be had, with the way out. */
  static UserException notOpened(InetSocketAddress address, RuntimeException why) {
    return new UserException(
        "%s:%d cannot be opened: %s"
            .formatted(address.getHostString(), address.getPort(), why.getMessage()),
        "Stop the program that uses it, or state another with --http (port 0 is any free one)",
        why);
  }

  private static Dashboard open(
      InetSocketAddress address, List<Pipeline> pipelines, InstantSource clock) {
    return Dashboard.open(pipelines, clock, address, token());
  }

  /** What others than this machine must give, if they may come at all. */
  static Optional<String> token() {
    return Optional.ofNullable(System.getenv("MILLRACE_HTTP_TOKEN")).filter(t -> !t.isBlank());
  }

  /** Of {@code 8080}, {@code localhost:8080} or {@code [::]:8080}. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? HOST : text.substring(0, colon);
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new UserException(
          "--http is '" + text + "'; expected PORT, HOST:PORT or off",
          "As in --http 127.0.0.1:8080",
          e);
    }
  }
}
