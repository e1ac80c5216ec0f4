package dev.millrace.app.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.IncompatibleSchemaException;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The registry as the real Confluent client sees it, and as consoles do. */
class EmbeddedRegistryTest {
  private static final Schema ONE =
      SchemaBuilder.record("Event").fields().requiredInt("a").endRecord();
  private static final Schema WITH_DEFAULT =
      SchemaBuilder.record("Event").fields().requiredInt("a").optionalString("b").endRecord();
  private static final Schema WITHOUT_DEFAULT =
      SchemaBuilder.record("Event").fields().requiredInt("a").requiredString("b").endRecord();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path dir;

  private static EmbeddedKafka kafka;
  private static EmbeddedRegistry embedded;
  private static SchemaRegistry registry;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(dir, 0, Map.of());
    embedded = EmbeddedRegistry.start(kafka.bootstrapServers(), 0);
    registry = client(embedded.url(), Map.of());
  }

  /** A page of another site whose name leads here, and a browser that tells where it is from. */
  @Test
  void shouldAnswerRequestsToAndFromThisMachineOnly() throws IOException {
    int port = URI.create(embedded.url()).getPort();
    assertThat(status(port, "Host: 127.0.0.1:" + port)).isEqualTo(200);
    assertThat(status(port, "Host: localhost:" + port)).isEqualTo(200);
    assertThat(status(port, "Host: evil.example:" + port)).isEqualTo(403);
    assertThat(status(port, "Host: 127.0.0.1.evil.example")).isEqualTo(403);
    assertThat(status(port, "Host: localhost\r\nOrigin: http://localhost:3000")).isEqualTo(200);
    assertThat(status(port, "Host: localhost\r\nOrigin: https://evil.example")).isEqualTo(403);
    assertThat(status(port, "Host: localhost\r\nOrigin: null")).isEqualTo(403);
  }

  /** Java's HTTP client does not let a Host be chosen. */
  private static int status(int port, String headers) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      String request = "GET /subjects HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.setSoTimeout(10_000);
      String answer =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
      return Integer.parseInt(answer.split(" ")[1]);
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
    embedded.close();
    kafka.close();
  }

  @Test
  void shouldGiveOneSchemaOneIdUnderAllSubjects(TestInfo test) {
    int id = registry.register(subject(test), ONE);
    assertThat(registry.register(subject(test), ONE)).isEqualTo(id);
    assertThat(registry.register("other-" + subject(test), ONE)).isEqualTo(id);
    assertThat(client(embedded.url(), Map.of()).schemaById(id)).isEqualTo(ONE);
  }

  @Test
  void shouldKnowTheLatestVersionAndThatASubjectIsMissing(TestInfo test) {
    assertThat(registry.latest(subject(test))).isEmpty();
    registry.register(subject(test), ONE);
    int id = registry.register(subject(test), WITH_DEFAULT);
    assertThat(registry.latest(subject(test)))
        .contains(new Registered(subject(test), id, 2, WITH_DEFAULT));
  }

  @Test
  void shouldListItsSubjectsInTheirOrder(TestInfo test) {
    registry.register("b-" + subject(test), ONE);
    registry.register("a-" + subject(test), ONE);
    assertThat(registry.subjects())
        .isSorted()
        .contains("a-" + subject(test), "b-" + subject(test))
        .doesNotContain(subject(test));
  }

  @Test
  void shouldSayThatAnIdDoesNotExist() {
    assertThatThrownBy(() -> registry.schemaById(100_000))
        .isInstanceOf(SchemaNotFoundException.class)
        .hasMessageContaining("schema id 100000")
        .hasMessageContaining(embedded.url());
  }

  @Test
  void shouldRefuseAnIncompatibleSchemaUntilTheLevelAllowsIt(TestInfo test) throws Exception {
    registry.register(subject(test), ONE);
    assertThatThrownBy(() -> registry.register(subject(test), WITHOUT_DEFAULT))
        .isInstanceOf(IncompatibleSchemaException.class)
        .hasMessageContaining(subject(test))
        .hasMessageContaining("READER_FIELD_MISSING_DEFAULT_VALUE");
    put("/config/" + subject(test), "{\"compatibility\":\"NONE\"}", 200);
    assertThat(registry.register(subject(test), WITHOUT_DEFAULT)).isPositive();
  }

  @Test
  void shouldNeverGiveAnIdTwiceToProducersThatRegisterAtOnce(TestInfo test) throws Exception {
    Set<Integer> ids = new HashSet<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> tasks =
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      (Callable<Integer>)
                          () ->
                              registry.register(
                                  subject(test) + i,
                                  SchemaBuilder.record("R" + i).fields().endRecord()))
              .toList();
      for (Future<Integer> id : threads.invokeAll(tasks)) {
        ids.add(id.get());
      }
    }
    assertThat(ids).hasSize(40);
  }

  @Test
  void shouldAdmitTheLoginAndNobodyElse(TestInfo test) {
    EmbeddedRegistry.Login login = new EmbeddedRegistry.Login("ada", "hunter2");
    try (EmbeddedRegistry closedDoor = EmbeddedRegistry.start(kafka.bootstrapServers(), 0, login)) {
      assertThat(client(closedDoor.url(), basicAuth("ada:hunter2")).latest(subject(test)))
          .isEmpty();
      for (Map<String, String> wrong :
          List.of(basicAuth("ada:hunter3"), Map.<String, String>of())) {
        assertThatThrownBy(() -> client(closedDoor.url(), wrong).register(subject(test), ONE))
            .isInstanceOf(RegistryUnavailableException.class)
            .hasMessageContaining("answered 401")
            .hasMessageNotContaining("hunter");
      }
    }
    assertThat(login.toString()).doesNotContain("hunter2");
  }

  @Test
  void shouldNameAPortInUse() {
    int port = URI.create(embedded.url()).getPort();
    assertThatThrownBy(() -> EmbeddedRegistry.start(kafka.bootstrapServers(), port))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining("port " + port)
        .hasMessageContaining("choose another port");
  }

  @Test
  void shouldRememberLevelsAndVersionsWhenStartedAgain(TestInfo test) throws Exception {
    String subject = subject(test);
    registry.register(subject, ONE);
    registry.register(subject, WITH_DEFAULT);
    put("/config/" + subject, "{\"compatibility\":\"full\"}", 200);
    try (EmbeddedRegistry again = EmbeddedRegistry.start(kafka.bootstrapServers(), 0)) {
      assertThat(client(again.url(), Map.of()).latest(subject)).isEqualTo(registry.latest(subject));
      assertThat(send(again.url(), "GET", "/config/" + subject, null, 200))
          .isEqualTo("{\"compatibilityLevel\":\"FULL\"}");
    }
  }

  @Test
  void shouldAnswerWhatConsolesAsk(TestInfo test) throws Exception {
    String subject = subject(test);
    int id = registry.register(subject, ONE);
    registry.register(subject, WITH_DEFAULT);
    assertThat(get("/", 200)).isEqualTo("{}");
    assertThat(get("/subjects", 200)).contains('"' + subject + '"');
    assertThat(get("/subjects/" + subject + "/versions", 200)).isEqualTo("[1,2]");
    assertThat(get("/subjects/" + subject + "/versions/1", 200))
        .contains("\"subject\":\"" + subject + '"', "\"version\":1", "\"id\":" + id);
    assertThat(get("/subjects/" + subject + "/versions/latest", 200)).contains("\"version\":2");
    assertThat(get("/subjects/" + subject + "/versions/1/schema", 200)).isEqualTo(ONE.toString());
    assertThat(get("/schemas/types", 200)).isEqualTo("[\"AVRO\"]");
    assertThat(get("/schemas/ids/" + id + "?fetchMaxId=true", 200)).contains("\"maxId\":");
    assertThat(get("/schemas/ids/" + id + "/versions", 200))
        .contains("{\"subject\":\"" + subject + "\",\"version\":1}");
    assertThat(get("/mode", 200)).isEqualTo("{\"mode\":\"READWRITE\"}");
    assertThat(get("/config", 200)).isEqualTo("{\"compatibilityLevel\":\"BACKWARD\"}");
    assertThat(get("/config/" + subject + "?defaultToGlobal=true", 200)).contains("BACKWARD");
    assertThat(post("/subjects/" + subject, ask(ONE), 200)).contains("\"version\":1");
    String compatibility = "/compatibility/subjects/" + subject + "/versions";
    assertThat(post(compatibility + "/latest", ask(WITH_DEFAULT), 200))
        .isEqualTo("{\"is_compatible\":true}");
    assertThat(post(compatibility + "?verbose=true", ask(WITHOUT_DEFAULT), 200))
        .contains("\"is_compatible\":false", "TYPE_MISMATCH at /fields/1");
  }

  @Test
  void shouldRefuseWithConfluentsErrorCodes(TestInfo test) throws Exception {
    String subject = subject(test);
    assertThat(get("/subjects/" + subject + "/versions", 404)).contains("40401");
    assertThat(post("/subjects/" + subject, ask(ONE), 404)).contains("40401");
    registry.register(subject, ONE);
    assertThat(get("/subjects/" + subject + "/versions/2", 404)).contains("40402");
    assertThat(get("/schemas/ids/0", 404)).contains("40403");
    assertThat(get("/schemas/ids/x", 404)).contains("40403");
    assertThat(post("/subjects/" + subject, ask(WITH_DEFAULT), 404)).contains("40403");
    assertThat(get("/config/" + subject, 404)).contains("40408");
    assertThat(get("/subjects/" + subject + "/versions/0", 422)).contains("42202");
    assertThat(get("/subjects/" + subject + "/versions/99999999999", 422)).contains("42202");
    assertThat(put("/config", "{\"compatibility\":\"SIDEWAYS\"}", 422)).contains("42203");
    String versions = "/subjects/" + subject + "/versions";
    assertThat(post(versions, "{\"schema\":\"{\"}", 422)).contains("42201");
    assertThat(post(versions, "{}", 422)).contains("42201");
    assertThat(post(versions, "{\"schemaType\":\"JSON\",\"schema\":\"{}\"}", 422))
        .contains("42201");
    assertThat(post(versions, ask(WITHOUT_DEFAULT), 409)).contains("\"error_code\":409");
    assertThat(post(versions, "not json", 400)).contains("\"error_code\":400");
    assertThat(get("/nowhere", 404)).contains("\"error_code\":404");
    assertThat(send(embedded.url(), "DELETE", "/subjects/" + subject, null, 405)).contains("405");
  }

  @Test
  void shouldTakeSubjectsWithOddNames() {
    for (String odd : List.of("a b-value", "größe-value", "a%2Fb-value", "a+b-value")) {
      int id = registry.register(odd, ONE);
      assertThat(registry.latest(odd)).contains(new Registered(odd, id, 1, ONE));
    }
  }

  private static String subject(TestInfo test) {
    return test.getTestMethod().orElseThrow().getName() + "-value";
  }

  private static SchemaRegistry client(String url, Map<String, String> more) {
    Map<String, String> config = new HashMap<>(more);
    config.put("schema.registry.url", url);
    return new ConfluentSchemaRegistry(config);
  }

  private static Map<String, String> basicAuth(String userInfo) {
    return Map.of("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", userInfo);
  }

  private static String ask(Schema schema) throws IOException {
    return new ObjectMapper().writeValueAsString(Map.of("schema", schema.toString()));
  }

  private static String get(String path, int status) throws Exception {
    return send(embedded.url(), "GET", path, null, status);
  }

  private static String post(String path, String body, int status) throws Exception {
    return send(embedded.url(), "POST", path, body, status);
  }

  private static String put(String path, String body, int status) throws Exception {
    return send(embedded.url(), "PUT", path, body, status);
  }

  private static String send(String url, String method, String path, String body, int status)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode())
        .as(method + " " + path + ": " + response.body())
        .isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("application/vnd.schemaregistry.v1+json");
    return response.body();
  }
}
