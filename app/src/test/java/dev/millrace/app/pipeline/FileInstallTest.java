package dev.millrace.app.pipeline;

import static dev.millrace.app.pipeline.Stage.done;
import static dev.millrace.app.pipeline.Stage.millrace;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.app.pipeline.Stage.Answer;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of files go into a stream, and published copies go out of it. */
class FileInstallTest {
  private static final Path DATA = Path.of("../examples/data/elec2.csv.gz");

  @TempDir Path dir;
  private Stage stage;
  private Pipeline elec2;
  private Path file;
  private Path model;

  @BeforeEach
  void start() throws Exception {
    stage = new Stage(dir);
    elec2 = Elec2.pipeline(stage.yaml("elec2", 8));
    file = stage.file("elec2", stage.yaml("elec2", 8));
    model = dir.resolve("trained.millrace");
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  private JsonNode eval() throws Exception {
    Answer learned = millrace("eval", file, "--data", DATA, "--save", model, "-o", "json");
    assertThat(learned.code()).as(learned.err()).isZero();
    return new ObjectMapper().readTree(learned.out());
  }

  @Test
  void shouldGoOnInAStreamWithWhatAFileTaught() throws Exception {
    JsonNode learned = eval();
    JsonNode installed = done("snapshots", "install", file, "--file", model, "-o", "json");
    long version = learned.get("version").asLong();
    assertThat(installed.get("from_model").asText()).isEqualTo("trained.millrace");
    assertThat(installed.get("version").asLong()).isEqualTo(version).isGreaterThan(1_000);
    assertThat(installed.get("next_offset").asLong()).isZero();
    assertThat(installed.get("weights_digest")).isEqualTo(learned.get("weights_digest"));

    stage.learn(elec2, 400);
    Map<String, byte[]> copy = stage.copy(elec2, version);
    Reference reference = new Reference(elec2, Elec2.schema(elec2), copy, stage.values(400), 0);
    assertThat(stage.said(elec2, 0)).hasSize(400).isEqualTo(reference.predictions);
    assertThat(millrace("snapshots", "verify", file, "--version", version).out())
        .contains("from trained.millrace/" + version)
        .contains("the same, bit for bit");
    assertThat(millrace("snapshots", "list", file).out())
        .contains("installed from trained.millrace/%d, weights ".formatted(version));
    JsonNode next = done("snapshots", "verify", file, "-o", "json");
    assertThat(next.get("from_version").asLong()).isEqualTo(version);
    assertThat(next.get("same").asBoolean()).as("the log makes it of the file's").isTrue();
  }

  @Test
  void shouldStayPausedAndForgetTheRateAndTheFrozenLayersOfTheModelBefore() throws Exception {
    JsonNode learned = eval();
    stage.send(400);
    try (PipelineRunner runner = stage.start(elec2)) {
      Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 400);
      done("control", file, "learning-rate", "0.02", "-o", "json");
      done("control", file, "freeze", "dense_0", "-o", "json");
      done("control", file, "pause", "-o", "json");
      assertThat(runner.failure()).isEmpty();
    }
    assertThat(stage.lastMetrics(elec2).metrics())
        .containsKeys("learning_rate_by_control", "frozen_layers");
    JsonNode installed = done("snapshots", "install", file, "--file", model, "-o", "json");

    stage.learn(elec2, 700);
    Metrics then = stage.lastMetrics(elec2);
    assertThat(then.modelVersion()).isEqualTo(installed.get("version").asLong());
    assertThat(then.weightsDigest()).isEqualTo(learned.get("weights_digest").asText());
    assertThat(then.metrics())
        .containsEntry("learning_paused", 1.0)
        .doesNotContainKeys("learning_rate_by_control", "frozen_layers");
  }

  @Test
  void shouldRefuseTheFileOfAnotherModel() throws Exception {
    eval();
    Path other = stage.file("other", stage.yaml("elec2", 9));
    Answer refused = millrace("snapshots", "install", other, "--file", model);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("is of another model than the file of pipeline 'elec2' states")
        .contains("model.layers: was [8 relu], is [9 relu]");
    Answer both = millrace("snapshots", "install", file, "--file", model, "--from", other);
    assertThat(both.code()).isEqualTo(2);
    Answer version = millrace("snapshots", "install", file, "--file", model, "--version", 3);
    assertThat(version.err()).contains("a file holds one model");
  }

  @Test
  void shouldCompareTwoCopies() throws Exception {
    stage.learn(elec2, 700);
    JsonNode diff = done("snapshots", "diff", file, 10, 20, "-o", "json");
    assertThat(diff.get("spec")).isEmpty();
    JsonNode kernel = diff.get("arrays").get(0);
    assertThat(kernel.get("name").asText()).isEqualTo("dense_0/kernel");
    assertThat(kernel.get("distance").asDouble())
        .isPositive()
        .isLessThan(kernel.get("norm").asDouble() + kernel.get("other_norm").asDouble());
    assertThat(diff.at("/other_metrics/accuracy").asDouble())
        .isEqualTo(stage.manifests(elec2).get(20L).metrics().get("accuracy"));
    assertThat(millrace("snapshots", "diff", file, 10, 10).out())
        .contains("they state the same model")
        .containsPattern("dense_0/kernel .* 0\\.00000\n");
  }

  @Test
  void shouldExportAPublishedCopyInEveryFormat() throws Exception {
    stage.learn(elec2, 700);
    Map<Long, SnapshotManifest> manifests = stage.manifests(elec2);
    for (String format : new String[] {"onnx", "safetensors", "card"}) {
      Path out = dir.resolve("model." + format);
      Answer exported =
          millrace("snapshots", "export", file, "--version", 10, "--format", format, "-o", out);
      assertThat(exported.code()).as(exported.err()).isZero();
      assertThat(exported.out()).startsWith("elec2-0, version 10, as %s: ".formatted(format));
      assertThat(new String(Files.readAllBytes(out), StandardCharsets.ISO_8859_1))
          .contains(manifests.get(10L).weightsDigest(), Elec2.TOPIC + "-0");
    }
    Answer gone =
        millrace("snapshots", "export", file, "--version", 11, "--format", "onnx", "-o", "x");
    assertThat(gone.err()).contains("no snapshot of pipeline 'elec2' is kept of version 11");
  }
}
