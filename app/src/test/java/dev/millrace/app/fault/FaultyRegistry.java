package dev.millrace.app.fault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server before a schema registry that passes requests on, or misbehaves, as it is told. */
public final class FaultyRegistry implements AutoCloseable {
  /** What is done with a request. */
  public enum Mode {
    WELL,
    /** Nobody listens. */
    DOWN,
    /** Right answers, two seconds later. */
    SLOW,
    /** Takes requests and answers none. */
    HANGING,
    WEB_PAGE,
    UNAUTHORIZED,
    FAILING,
    OVERLOADED,
    /** JSON, but not a registry's. */
    OTHER_JSON,
    /** JSON that breaks off. */
    CUT_JSON
  }

  private static final String JSON = "application/vnd.schemaregistry.v1+json";
  private static final long SLOW_MS = 2_000;

  private final String behind;
  private final int port;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Mode mode = Mode.WELL;
  private HttpServer server;

  private FaultyRegistry(String behind) throws IOException {
    this.behind = behind;
    server = listen(0);
    port = server.getAddress().getPort();
  }

  /** Well, before the registry of this URL. */
  public static FaultyRegistry start(String behind) throws IOException {
    return new FaultyRegistry(behind);
  }

  private HttpServer listen(int wanted) throws IOException {
    HttpServer started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
    started.setExecutor(workers);
    started.createContext("/", this::handle);
    started.start();
    return started;
  }

  /** Value for {@code schema.registry.url}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** From the next request on. */
  public void be(Mode wanted) throws IOException {
    if (mode == Mode.DOWN && wanted != Mode.DOWN) {
      server = listen(port);
    } else if (wanted == Mode.DOWN && mode != Mode.DOWN) {
      server.stop(0);
    }
    mode = wanted;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    switch (mode) {
      case WELL, DOWN -> pass(exchange, body);
      case SLOW -> {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SLOW_MS));
        pass(exchange, body);
      }
      case HANGING -> hang();
      case WEB_PAGE -> answer(exchange, 200, "text/html", "<html><body>Welcome</body></html>");
      case UNAUTHORIZED ->
          answer(exchange, 401, JSON, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
      case FAILING -> answer(exchange, 500, JSON, "{\"error_code\":50001,\"message\":\"store\"}");
      case OVERLOADED -> answer(exchange, 503, "text/plain", "no server is available");
      case OTHER_JSON -> answer(exchange, 200, JSON, "{\"status\":\"fine\"}");
      case CUT_JSON -> answer(exchange, 200, JSON, "{\"id\":1,\"schema\":\"{");
    }
    exchange.close();
  }

  private void hang() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void pass(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(behind + exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
            .header("Content-Type", JSON)
            .build();
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofString());
      answer(exchange, response.statusCode(), JSON, response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    workers.shutdownNow();
    http.close();
  }
}
