package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.topology.Restoring;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code run} says where there is no terminal, as in a log. */
class StartReportTest {
  private static final Pipeline PIPELINE =
      PipelineParser.parse(
          """
          name: elec2
          input: {topic: electricity, features: [day]}
          label: {field: class, classes: [DOWN, UP]}
          model: {layers: [{dense: 1}], optimizer: sgd}
          kafka: {bootstrap.servers: "kafka:9092"}
          registry: {schema.registry.url: "http://registry:8081"}
          """,
          "elec2.yaml");

  private final StringWriter err = new StringWriter();
  private Instant now = Instant.EPOCH;
  private final StartReport report = new StartReport(PIPELINE, () -> now, new PrintWriter(err));

  private List<String> lines() {
    return err.toString().lines().toList();
  }

  private void restoring(long read, long blocks, long ms, boolean ended) {
    now = Instant.EPOCH.plusMillis(ms);
    report.restoring(new Restoring("elec2-0", read, 480, blocks, Duration.ofMillis(ms), ended));
  }

  private void glance(long ms) {
    now = Instant.EPOCH.plusMillis(ms);
    report.glance();
  }

  @Test
  void shouldSayHowFarALongRestoreIsEveryFiveSecondsThenItsEndAndThatItRuns() {
    restoring(0, 0, 0, false);
    restoring(120, 96, 1_000, false);
    restoring(130, 106, 5_999, false);
    restoring(239, 215, 6_000, false);
    restoring(480, 454, 9_340, true);
    report.running(Duration.ofMillis(11_960));
    assertThat(lines())
        .containsExactly(
            "elec2-0: restoring, 96 blocks read, at offset 120 of 480, 25 %",
            "elec2-0: restoring, 215 blocks read, at offset 239 of 480, 49 %",
            "elec2-0: restored 454 blocks in 9.3 s",
            "elec2: running, 12.0 s after the start");
  }

  @Test
  void shouldNotSpeakOfAKeptStateOfWhichOnlyMarkersAreRead() {
    restoring(0, 0, 0, false);
    restoring(480, 0, 20, true);
    assertThat(lines()).isEmpty();
  }

  @Test
  void shouldSayThatARestoreWasGivenUp() {
    restoring(120, 96, 900, true);
    assertThat(lines()).containsExactly("elec2-0: given up after 96 blocks in 0.9 s");
  }

  @Test
  void shouldSayOnceWhatAPipelineMayBeWaitingForThatDoesNotRun() {
    glance(60_000);
    glance(69_999);
    assertThat(lines()).isEmpty();
    glance(70_000);
    glance(90_000);
    assertThat(lines()).singleElement().asString().contains("not running yet", "kafka:9092");
  }

  @Test
  void shouldNotSaySoWhileItRestoresNorOnceItRuns() {
    glance(0);
    restoring(120, 96, 9_000, false);
    glance(18_999);
    report.running(Duration.ofSeconds(19));
    glance(60_000);
    assertThat(lines()).noneMatch(line -> line.contains("not running yet"));
  }
}
