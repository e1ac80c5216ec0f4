package dev.millrace.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.schemas.MillraceSchemas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The adapter against servers that misbehave; against one that behaves it is tested in app. */
class ConfluentSchemaRegistryTest {
  private static final String JSON = "application/vnd.schemaregistry.v1+json";
  private static final String HTML = "<html><body>502 Bad Gateway</body></html>";
  private static final String SECRET = "hunter2";

  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicReference<String> authorization = new AtomicReference<>();
  private HttpServer server;
  private volatile int status;
  private volatile String body;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          authorization.set(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.getRequestBody().readAllBytes();
          byte[] answer = body.getBytes(StandardCharsets.UTF_8);
          exchange
              .getResponseHeaders()
              .set("Content-Type", body.startsWith("<") ? "text/html" : JSON);
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void shouldCallAWebPageNoRegistryWhateverItsStatus() {
    for (int webStatus : new int[] {200, 404, 500, 502}) {
      answers(webStatus, HTML);
      try (SchemaRegistry registry = registry(url())) {
        unavailable(() -> registry.schemaById(1))
            .hasMessageContaining(url())
            .hasMessageContaining(
                "answered " + webStatus + " with something that is no registry's answer")
            .hasMessageNotContaining("Bad Gateway");
        unavailable(() -> registry.latest("a-value"));
        unavailable(() -> registry.register("a-value", MillraceSchemas.METRICS));
        unavailable(registry::subjects);
      }
    }
  }

  @Test
  void shouldCallOtherJsonAndJsonThatBreaksOffNoRegistry() {
    for (String other : new String[] {"{\"status\":\"fine\"}", "{}", "[1]", "{\"schema\":\"{"}) {
      answers(200, other);
      try (SchemaRegistry registry = registry(url())) {
        unavailable(() -> registry.schemaById(1)).as(other).hasMessageContaining("answered 200");
        unavailable(() -> registry.latest("a-value")).as(other).hasMessageContaining(url());
        unavailable(() -> registry.register("a-value", MillraceSchemas.METRICS)).as(other);
      }
    }
  }

  @Test
  void shouldCallAnErrorOfTheServerUnavailable() {
    answers(500, "{\"error_code\":50001,\"message\":\"Error in the backend data store\"}");
    try (SchemaRegistry registry = registry(url())) {
      unavailable(() -> registry.schemaById(1)).hasMessageContaining("answered 500");
      unavailable(() -> registry.register("a-value", MillraceSchemas.METRICS));
    }
  }

  @Test
  void shouldNotTakeAnyWebServers404ForAMissingSchema() {
    answers(404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}");
    try (SchemaRegistry registry = registry(url())) {
      unavailable(() -> registry.schemaById(1)).hasMessageContaining("answered 404");
      unavailable(() -> registry.latest("a-value"));
    }
  }

  @Test
  void shouldSendTheLoginAndNeverShowIt() {
    answers(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
    Map<String, String> config = new HashMap<>();
    config.put("schema.registry.url", url());
    config.put("basic.auth.credentials.source", "USER_INFO");
    config.put("basic.auth.user.info", "ada:" + SECRET);
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(config)) {
      unavailable(() -> registry.register("a-value", MillraceSchemas.METRICS))
          .hasMessageContaining("answered 401")
          .hasMessageContaining("basic.auth.user.info")
          .hasMessageNotContaining(SECRET);
    }
    assertThat(authorization.get()).isEqualTo("Basic YWRhOmh1bnRlcjI=");
  }

  @Test
  void shouldNotShowALoginWrittenIntoTheUrl() {
    answers(403, "{\"error_code\":403,\"message\":\"Forbidden\"}");
    Map<String, String> config =
        Map.of(
            "schema.registry.url",
            url().replace("//", "//ada:" + SECRET + "@"),
            "basic.auth.credentials.source",
            "URL");
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(config)) {
      unavailable(() -> registry.schemaById(1))
          .hasMessageContaining("answered 403")
          .hasMessageContaining(url())
          .hasMessageNotContaining(SECRET);
    }
    assertThat(authorization.get()).isEqualTo("Basic YWRhOmh1bnRlcjI=");
  }

  @Test
  void shouldAskTheNextUrlWhenTheFirstIsDead() throws IOException {
    answers(200, "{\"schema\":\"\\\"string\\\"\"}");
    try (SchemaRegistry registry = registry(deadUrl() + " , " + url())) {
      assertThat(registry.schemaById(1).getType().getName()).isEqualTo("string");
    }
  }

  @Test
  void shouldSayThatNobodyAnswers() throws IOException {
    String dead = deadUrl();
    try (SchemaRegistry registry = registry(dead)) {
      unavailable(() -> registry.schemaById(1))
          .hasMessageContaining(dead)
          .hasMessageContaining("cannot be reached")
          .hasMessageContaining("schema.registry.url");
    }
  }

  @Test
  void shouldGiveUpOnAServerThatNeverAnswers() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Map<String, String> config =
          Map.of("schema.registry.url", url, "http.read.timeout.ms", "200");
      try (SchemaRegistry registry = new ConfluentSchemaRegistry(config)) {
        unavailable(() -> registry.schemaById(1)).hasMessageContaining("cannot be reached");
      }
    }
  }

  @Test
  void shouldGoOnFromMemoryWhenTheRegistryIsAway() {
    answers(200, "{\"schema\":\"\\\"string\\\"\",\"id\":1}");
    try (SchemaRegistry registry = registry(url())) {
      registry.schemaById(1);
      registry.register("a-value", MillraceSchemas.METRICS);
      int asked = requests.get();
      server.stop(0);
      registry.schemaById(1);
      registry.register("a-value", MillraceSchemas.METRICS);
      assertThat(requests).hasValue(asked);
      unavailable(() -> registry.schemaById(2));
    }
  }

  @Test
  void shouldCallASchemaOfAnotherLanguageNotFound() {
    try (SchemaRegistry registry = registry(url())) {
      answers(200, "{\"schemaType\":\"PROTOBUF\",\"schema\":\"syntax = proto3;\"}");
      assertThatThrownBy(() -> registry.schemaById(1))
          .isInstanceOf(SchemaNotFoundException.class)
          .hasMessageContaining("not a valid Avro schema");
      answers(200, "{\"schema\":\"{\\\"type\\\":\\\"nonsense\\\"}\"}");
      assertThatThrownBy(() -> registry.schemaById(2)).isInstanceOf(SchemaNotFoundException.class);
    }
  }

  @Test
  void shouldReadOldSchemasWhoseDefaultsAvroForbidsToday() {
    answers(
        200,
        """
        {"schema":"{\\"type\\":\\"record\\",\\"name\\":\\"A\\",\\"fields\\":[\
        {\\"name\\":\\"x\\",\\"type\\":\\"int\\",\\"default\\":\\"none\\"}]}"}\
        """);
    try (SchemaRegistry registry = registry(url())) {
      assertThat(registry.schemaById(1).getField("x")).isNotNull();
    }
  }

  @Test
  void shouldRefuseSettingsThatCannotBe() {
    assertThatThrownBy(() -> registry(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schema.registry.url is missing");
    assertThatThrownBy(() -> registry("ada:" + SECRET + "@localhost:8081"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must begin with http:// or https://")
        .hasMessageNotContaining(SECRET);
    assertThatThrownBy(
            () ->
                new ConfluentSchemaRegistry(
                    Map.of(
                        "schema.registry.url", "https://localhost:8081",
                        "schema.registry.ssl.truststore.location", "/nowhere/trust.jks",
                        "schema.registry.ssl.truststore.password", SECRET)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/nowhere/trust.jks")
        .hasMessageNotContaining(SECRET);
  }

  private void answers(int newStatus, String newBody) {
    status = newStatus;
    body = newBody;
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static String deadUrl() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + free.getLocalPort();
    }
  }

  private static SchemaRegistry registry(String url) {
    return new ConfluentSchemaRegistry(Map.of("schema.registry.url", url));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> unavailable(
      ThrowingCallable call) {
    return assertThatThrownBy(call).isInstanceOf(RegistryUnavailableException.class);
  }
}
