package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.app.deployment.Monitoring;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.web.Dashboard;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page and the API of a pipeline that learns from a real broker, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int EVENTS = 2_000;

  /** From one copy to the next: 10 steps of 32. Two copies are kept. */
  private static final int COPY_EVENTS = 320;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private LocalCluster cluster;
  private SchemaRegistry registry;
  private Pipeline pipeline;
  private Dashboard dashboard;
  private PipelineHost host;
  private List<byte[]> values;
  private int sent;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = LocalCluster.start(dir.resolve("cluster"));
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
    pipeline = Elec2.pipeline(Elec2.yaml(cluster, 32, 200) + "predictions: {attributions: 3}\n");
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1)));
    values = Elec2.values(pipeline, Elec2.register(cluster, pipeline), 20 * EVENTS);
    InstantSource clock = InstantSource.system();
    dashboard =
        Dashboard.open(
            List.of(pipeline), clock, new InetSocketAddress("127.0.0.1", 0), Optional.empty());
    host =
        PipelineHost.start(
            pipeline,
            dir.resolve("state"),
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
            registry,
            clock,
            dashboard.listener(pipeline),
            dashboard.probe(pipeline));
    dashboard.watch(host);
    feed();
  }

  @AfterAll
  void stop() {
    host.close();
    dashboard.close();
    registry.close();
    cluster.close();
  }

  /** The next events; returns when they are in the figures of the page's server. */
  private void feed() {
    feed(EVENTS);
  }

  private void feed(int events) {
    Elec2.send(cluster, values.subList(sent, sent + events));
    sent += events;
    await().atMost(PATIENCE).until(() -> read() >= sent);
  }

  private long read() throws Exception {
    JsonNode models = get("/page/frame").get(0).get("models");
    return models.isEmpty() ? 0 : models.get(0).get("counts").get("read").asLong();
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(text(path));
  }

  private String text(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(dashboard.url().orElseThrow() + path));
  }

  private int status(HttpRequest request) throws Exception {
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  private Metrics lastMetrics() {
    return Metrics.decode(
        Topics.committed(cluster, pipeline.outputs().metrics()).getLast().value());
  }

  @Test
  void shouldShowFiguresThatMoveInABrowserThatComplainsOfNothing() throws Exception {
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      await().atMost(PATIENCE).until(() -> browser.text("#state").equals("running"));
      String learned = "[data-tile=learned] .value";
      await().atMost(PATIENCE).until(() -> !browser.text(learned).isEmpty());
      String before = browser.text(learned);
      feed();
      await().atMost(PATIENCE).until(() -> !browser.text(learned).equals(before));
      assertThat(browser.text("#figures")).contains("Accuracy", "no change", "Log loss");
      assertThat(browser.text("#features")).contains("nswprice", "vicdemand", "importance");
      await().atMost(PATIENCE).until(() -> browser.count("#importance canvas") == 1);
      assertThat(browser.text("#classes")).contains("DOWN", "UP", "recall");
      assertThat(browser.text("#stages")).contains("decode", "learn", "commit");
      assertThat(browser.count("#quality canvas")).isEqualTo(1);
      assertThat((String) browser.run("return document.getElementById('quality').ariaLabel"))
          .startsWith("Accuracy over events read: now 0.");
      browser.screenshot(Path.of("target/dashboard.png"));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void shouldBeUsableByKeyboardOnAPhone() throws Exception {
    try (Browser browser = new Browser(400, 800)) {
      browser.open(dashboard.url().orElseThrow());
      await().atMost(PATIENCE).until(() -> browser.count("#snapshots button") > 0);
      browser.press(Keys.TAB);
      assertThat((String) browser.run("return document.activeElement.className")).isEqualTo("skip");
      for (int i = 0; i < 4; i++) {
        browser.press(Keys.TAB);
        if (browser.run("return document.activeElement.id").equals("theme")) {
          browser.press(Keys.ENTER);
        }
      }
      assertThat(browser.run("return document.documentElement.dataset.theme")).isNotNull();
      long width = (Long) browser.run("return document.documentElement.scrollWidth");
      assertThat(width).as("nothing is wider than the screen").isLessThanOrEqualTo(500);
      assertThat(
              browser.run(
                  """
                  return [...document.querySelectorAll('button, select, input')]
                    .filter((e) => e.checkVisibility() && !(e.innerText || e.ariaLabel || e.labels?.length)).length\
                  """))
          .as("controls without a name")
          .isEqualTo(0L);
    }
  }

  /** Frames come each second and copies each commit; both are drawn anew. */
  @Test
  void shouldLeaveTheFocusWhereItIsWhenFiguresMove() throws Exception {
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      String newest = "#snapshots tbody tr:first-child button";
      String label = "return (document.activeElement ?? document.body).ariaLabel";
      await().atMost(PATIENCE).until(() -> browser.count(newest) > 0);
      browser.run("document.querySelector(arguments[0]).focus()", newest);
      String focused = (String) browser.run(label);
      assertThat(focused).startsWith("Roll back to version ");
      feed(COPY_EVENTS);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  !focused.equals(
                      browser.run(
                          "return document.querySelector(arguments[0])?.ariaLabel", newest)));
      assertThat(browser.run(label)).isEqualTo(focused);
      browser.run("document.querySelector('#pipelines button').focus()");
      feed();
      String learned = "[data-tile=learned] .value";
      String before = browser.text(learned);
      feed();
      await().atMost(PATIENCE).until(() -> !browser.text(learned).equals(before));
      assertThat(browser.run("return document.activeElement.innerText")).isEqualTo("elec2");
    }
  }

  @Test
  void shouldRollBackFromThePageAndGoOnLearning() throws Exception {
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      await().atMost(PATIENCE).until(() -> browser.count("#snapshots button") > 1);
      long before = lastMetrics().modelVersion();
      browser.find("#snapshots tbody tr:last-child button").click();
      assertThat(browser.text("#ask-title")).startsWith("Roll back to version ");
      assertThat(browser.find("#ask-name").isDisplayed()).isFalse();
      browser.find("#ask button[value=yes]").click();
      await().atMost(PATIENCE).until(() -> browser.text("#said-text").startsWith("Rolled back"));
      assertThat(lastMetrics().modelVersion()).isGreaterThan(before);
      JsonNode copies = get("/pipelines/elec2/snapshots");
      assertThat(copies.get(copies.size() - 1).get("changes").toString()).contains("rolled back");
      feed();
      Metrics after = lastMetrics();
      assertThat(after.read()).isEqualTo(after.predicted() + after.deadLettered());
      assertThat(after.labelled()).isEqualTo(after.learned() + after.pending() + after.rejected());
      await().atMost(PATIENCE).until(() -> browser.text("#state").equals("running"));
    }
  }

  @Test
  void shouldPauseAndResumeLearningFromThePage() throws Exception {
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      String button = "#control-pause";
      await().atMost(PATIENCE).until(() -> browser.text(button).equals("Pause learning"));
      browser.find(button).click();
      await().atMost(PATIENCE).until(() -> browser.text(button).equals("Resume learning"));
      assertThat(browser.text("#state")).isEqualTo("running, learning paused");
      Metrics paused = lastMetrics();
      feed();
      assertThat(lastMetrics().weightsDigest()).isEqualTo(paused.weightsDigest());
      browser.find(button).click();
      await().atMost(PATIENCE).until(() -> browser.text(button).equals("Pause learning"));
      feed();
      assertThat(lastMetrics().modelVersion()).isGreaterThan(paused.modelVersion());
      await().atMost(PATIENCE).until(() -> browser.text("#control-log").contains("resume"));
      assertThat(browser.text("#control-log")).contains("pause", "http from 127.0.0.1", "offset");
    }
  }

  @Test
  void shouldTellWhatBecameOfARequestThatCannotBeDone() throws Exception {
    HttpRequest request =
        request("/pipelines/elec2/freeze")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"layers\": [\"dense_7\"]}"))
            .build();
    var response = client.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(202);
    String id = JSON.readTree(response.body()).get(0).get("id").asText();
    feed();
    await().atMost(PATIENCE).until(() -> control(id).path("state").asText().equals("refused"));
    assertThat(control(id).get("refused").asText()).contains("dense_7", "dense_0");
  }

  private JsonNode control(String id) throws Exception {
    for (JsonNode entry : get("/pipelines/elec2/control")) {
      if (entry.path("id").asText().equals(id)) {
        return entry;
      }
    }
    throw new AssertionError("no request " + id);
  }

  @Test
  void shouldRefuseARequestThatIsNone() throws Exception {
    HttpRequest request =
        request("/pipelines/elec2/learning-rate")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"value\": \"fast\"}"))
            .build();
    assertThat(status(request)).isEqualTo(400);
  }

  @Test
  void shouldRefuseARollbackToACopyThatIsNotKept() throws Exception {
    HttpRequest request =
        request("/pipelines/elec2/snapshots/999999/rollback")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    var response = client.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(409);
    assertThat(JSON.readTree(response.body()).get("message").asText())
        .isEqualTo("no snapshot of pipeline 'elec2' is kept of version 999999");
    assertThat(host.state()).isEqualTo("RUNNING");
  }

  @Test
  void shouldTagACopyFromThePageAndTakeTheTagAway() throws Exception {
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      await().atMost(PATIENCE).until(() -> browser.count("#snapshots button") > 1);
      String tag = "#snapshots button[aria-label^='Tag version']";
      browser.find(tag).click();
      assertThat(browser.text("#ask-title")).startsWith("Tag version ");
      browser.find("#ask-name").sendKeys("2 words", Keys.ENTER);
      assertThat(browser.find("#ask").isDisplayed()).as("no tag is called so").isTrue();
      browser.find("#ask-no").click();
      browser.find(tag).click();
      browser.find("#ask-name").sendKeys("of-the-page", Keys.ENTER);
      String untag = "#snapshots button[aria-label^='Untag']";
      await().atMost(PATIENCE).until(() -> browser.count(untag) == 1);
      assertThat(browser.text("#snapshots")).contains(", of-the-page");
      browser.screenshot(Path.of("target/tagged.png"));
      browser.find(untag).click();
      browser.find("#ask button[value=yes]").click();
      await().atMost(PATIENCE).until(() -> browser.count(untag) == 0);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void shouldTagACopyAndTakeTheTagAway() throws Exception {
    HttpRequest.Builder tag = request("/pipelines/elec2/tags/good");
    var tagged =
        client.send(tag.PUT(HttpRequest.BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    assertThat(tagged.statusCode()).as(tagged.body()).isEqualTo(200);
    String version = JSON.readTree(tagged.body()).get(0).get("version").asText();
    JsonNode copies = get("/pipelines/elec2/snapshots");
    JsonNode last = copies.get(copies.size() - 1);
    assertThat(last.get("tag").asText()).isEqualTo("good");
    assertThat(last.get("version").asText()).isEqualTo(version);
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      await().atMost(PATIENCE).until(() -> browser.text("#snapshots").contains(version + ", good"));
    }
    assertThat(status(tag.DELETE().build())).isEqualTo(204);
    assertThat(status(tag.DELETE().build())).isEqualTo(404);
    assertThat(get("/pipelines/elec2/snapshots").findValuesAsText("tag")).containsOnly("null");
    assertThat(status(request("/pipelines/elec2/tags/1").DELETE().build())).isEqualTo(400);
  }

  @Test
  void shouldAnswerByTheMannersOfKafkaConnect() throws Exception {
    assertThat(get("/pipelines").toString()).isEqualTo("[\"elec2\"]");
    JsonNode status = get("/pipelines/elec2/status");
    assertThat(status.at("/pipeline/state").asText()).isEqualTo("RUNNING");
    assertThat(status.at("/tasks/0/id").asInt()).isZero();
    assertThat(get("/pipelines/elec2").toString())
        .contains(Elec2.TOPIC)
        .doesNotContain(cluster.bootstrapServers());
    JsonNode missing = get("/pipelines/elec3/status");
    assertThat(missing.get("error_code").asInt()).isEqualTo(404);
    assertThat(missing.get("message").asText()).contains("elec3");
    assertThat(get("/nowhere").get("error_code").asInt()).isEqualTo(404);
  }

  @Test
  void shouldBeScrapedWithNoLabelsButPipelineAndPartition() throws Exception {
    String scrape = text("/metrics");
    List<String> ours = scrape.lines().filter(line -> line.startsWith("millrace_")).toList();
    assertThat(ours)
        .allMatch(
            line ->
                line.matches(
                    "[a-z0-9_]+\\{(partition=\"0\",)?pipeline=\"elec2\"} (NaN|[-+0-9.E]+)"));
    assertThat(ours)
        .anyMatch(line -> line.startsWith("millrace_events_read_total{"))
        .anyMatch(line -> line.startsWith("millrace_accuracy_window_ratio{"))
        .anyMatch(line -> line.startsWith("millrace_input_lag_seconds{"))
        .contains("millrace_up{pipeline=\"elec2\"} 1.0");
    assertThat(scrape).contains("kafka_stream_", "jvm_memory_used_bytes");
  }

  @Test
  void shouldScrapeEveryMetricThatGrafanaAndTheAlertsAskFor() throws Exception {
    Set<String> scraped =
        text("/metrics")
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("[{ ]")[0])
            .collect(Collectors.toSet());
    scraped.add("up"); // Prometheus' own
    assertThat(Monitoring.queries())
        .allSatisfy(
            (place, query) -> assertThat(scraped).as(place).containsAll(Monitoring.metrics(query)));
  }

  @Test
  void shouldAnswerProbes() throws Exception {
    assertThat(get("/v2/health/live").get("live").asBoolean()).isTrue();
    assertThat(get("/v2/health/ready").toString()).isEqualTo("{\"ready\":true,\"waiting\":{}}");
    try (Dashboard starting =
        Dashboard.open(
            List.of(pipeline),
            InstantSource.system(),
            new InetSocketAddress("127.0.0.1", 0),
            Optional.of("secret"))) {
      URI base = URI.create(starting.url().orElseThrow());
      assertThat(status(HttpRequest.newBuilder(base.resolve("/v2/health/live")).build()))
          .isEqualTo(200);
      HttpRequest ready = HttpRequest.newBuilder(base.resolve("/v2/health/ready")).build();
      var response = client.send(ready, BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(JSON.readTree(response.body()).get("waiting").has("elec2")).isTrue();
    }
  }

  @Test
  void shouldStreamAFrameEachSecond() throws Exception {
    var response = client.send(request("/page/frames").build(), BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      long last = 0;
      for (int frames = 0; frames < 3; ) {
        String line = lines.readLine();
        if (line.startsWith("data: ")) {
          long time = JSON.readTree(line.substring(6)).get("time").asLong();
          assertThat(time).isGreaterThanOrEqualTo(last);
          last = time;
          frames++;
        }
      }
    }
  }

  @Test
  void shouldRefuseRequestsThatComeFromOtherPlaces() throws Exception {
    HttpRequest foreign = request("/pipelines").header("Origin", "https://example.com").build();
    assertThat(status(foreign)).isEqualTo(403);
    HttpRequest local = request("/pipelines").header("Origin", dashboard.url().get()).build();
    assertThat(status(local)).isEqualTo(200);
  }

  @Test
  void shouldAskForTheTokenEverywhereButWhereProbesAndScrapersLook() throws Exception {
    try (Dashboard guarded =
        Dashboard.open(
            List.of(),
            InstantSource.system(),
            new InetSocketAddress("127.0.0.1", 0),
            Optional.of("secret"))) {
      URI base = URI.create(guarded.url().orElseThrow());
      HttpRequest bare = HttpRequest.newBuilder(base.resolve("/pipelines")).build();
      assertThat(status(bare)).isEqualTo(401);
      HttpRequest wrong =
          HttpRequest.newBuilder(base.resolve("/pipelines"))
              .header("Authorization", "Bearer secre")
              .build();
      assertThat(status(wrong)).isEqualTo(401);
      HttpRequest right =
          HttpRequest.newBuilder(base.resolve("/pipelines"))
              .header("Authorization", "Bearer secret")
              .build();
      assertThat(status(right)).isEqualTo(200);
      for (String open : List.of("/", "/app.js", "/metrics")) {
        assertThat(status(HttpRequest.newBuilder(base.resolve(open)).build()))
            .as(open)
            .isEqualTo(200);
      }
    }
  }

  /** Runs after others or before them: the newest letter is ours whichever it is. */
  @Test
  void shouldShowADeadLetterWithItsReason() throws Exception {
    long before = lastMetrics().read();
    Elec2.send(cluster, List.of(new byte[] {0, 0, 0, 0}));
    await().atMost(PATIENCE).until(() -> lastMetrics().read() > before);
    sent++;
    try (Browser browser = new Browser(1440, 1000)) {
      browser.open(dashboard.url().orElseThrow());
      await().atMost(PATIENCE).until(() -> browser.text("#samples").contains("not_wire_format"));
      assertThat(browser.text("[data-tile=dead] .value")).isEqualTo("1");
    }
    assertThat(text("/metrics")).contains("millrace_dead_letters_not_wire_format_total{");
  }
}
