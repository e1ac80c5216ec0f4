package dev.millrace.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.web.DescribedApi;
import org.junit.jupiter.api.Test;

class InferenceApiTest {
  @Test
  void shouldDescribeEveryRequestOfTheInferenceProtocolAndNoOther() throws Exception {
    assertThat(DescribedApi.described("/v2"))
        .isEqualTo(DescribedApi.routed("/v2", new InferenceRoutes(null, null, "")));
  }
}
