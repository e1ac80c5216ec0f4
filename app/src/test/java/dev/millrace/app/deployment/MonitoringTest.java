package dev.millrace.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Alerts and dashboard; that their metrics exist is held where a pipeline is scraped. */
class MonitoringTest {
  @Test
  void shouldTellMetricsFromFunctionsAndLabels() {
    String query =
        "max by (pipeline) (rate(a_total{b=~\"c|d\"}[5m])) > 300 and sum without (e) (f) == 0";
    assertThat(Monitoring.metrics(query)).containsExactly("a_total", "f");
    assertThat(Monitoring.functions(query)).containsExactly("max", "rate", "sum");
  }

  @Test
  void shouldAskInWholeQueriesWithKnownFunctions() {
    assertThat(Monitoring.queries())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            (place, query) -> {
              assertThat(Monitoring.FUNCTIONS).as(place).containsAll(Monitoring.functions(query));
              assertThat(Monitoring.metrics(query)).as(place).isNotEmpty();
              for (String pair : List.of("()", "{}", "[]")) {
                assertThat(count(query, pair.charAt(0)))
                    .as(place)
                    .isEqualTo(count(query, pair.charAt(1)));
              }
            });
  }

  private static long count(String text, char c) {
    return text.chars().filter(other -> other == c).count();
  }

  @Test
  void shouldSayForEachAlertWhatToDo() throws IOException {
    List<String> headings =
        Files.readAllLines(Path.of("..", "docs", "operations.md")).stream()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
            .toList();
    assertThat(Monitoring.alerts().values())
        .allSatisfy(
            alert -> {
              String runbook = (String) DockerFolder.map(alert.get("annotations")).get("runbook");
              assertThat(runbook).startsWith("docs/operations.md#");
              assertThat(headings).contains(runbook.substring(runbook.indexOf('#') + 1));
            });
  }

  @Test
  void shouldDrawFromTheSourceThatIsProvisioned() {
    var source =
        DockerFolder.map(
            DockerFolder.list(
                    DockerFolder.documents("grafana/provisioning/datasources/prometheus.yaml")
                        .getFirst()
                        .get("datasources"))
                .getFirst());
    assertThat(Monitoring.dashboard().findValuesAsText("uid"))
        .containsOnly((String) source.get("uid"), "millrace");
    assertThat(DockerFolder.text("compose.yaml"))
        .contains("/prometheus:/etc/prometheus:ro", "/dashboards:/var/lib/grafana/dashboards:ro");
  }
}
