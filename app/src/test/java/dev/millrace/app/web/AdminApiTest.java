package dev.millrace.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdminApiTest {
  private final Monitors none = new Monitors(List.of());

  @Test
  void shouldDescribeEveryRequestOfPipelinesAndNoOther() throws Exception {
    assertThat(DescribedApi.described("/pipelines"))
        .isEqualTo(
            DescribedApi.routed(
                "/pipelines",
                new AdminRoutes(none),
                new ControlRoutes(none, InstantSource.system())));
  }

  @Test
  void shouldDescribeProbesAndMetrics() throws Exception {
    assertThat(DescribedApi.described("/v2/health"))
        .isEqualTo(DescribedApi.routed("/v2/health", new HealthRoutes(none)));
    try (MetricsRoutes metrics = new MetricsRoutes(none)) {
      assertThat(DescribedApi.described("/metrics"))
          .isEqualTo(DescribedApi.routed("/metrics", metrics));
    }
  }
}
