package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.topology.config.PipelineParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code run} says of brokers that are silent. */
class BrokerWatchTest {
  private final StringWriter err = new StringWriter();
  private Instant now = Instant.EPOCH;
  private long received;
  private final BrokerWatch watch =
      new BrokerWatch(
          PipelineParser.parse(
              """
              name: elec2
              input: {topic: electricity, features: [day]}
              label: {field: class, classes: [DOWN, UP]}
              model: {layers: [{dense: 1}], optimizer: sgd}
              kafka: {bootstrap.servers: "kafka:9092"}
              registry: {schema.registry.url: "http://registry:8081"}
              """,
              "elec2.yaml"),
          () -> received,
          () -> now,
          new PrintWriter(err));

  private List<String> after(int seconds, long bytes) {
    received += bytes;
    for (int i = 0; i < seconds; i++) {
      now = now.plusSeconds(1);
      watch.glance();
    }
    return err.toString().lines().toList();
  }

  @Test
  void shouldSayNothingWhileBytesCome() {
    for (int i = 0; i < 10; i++) {
      assertThat(after(10, 100)).isEmpty();
    }
  }

  @Test
  void shouldSayOnceThatBrokersAreSilentAndOnceThatTheyAreBack() {
    after(1, 100);
    assertThat(after(9, 0)).isEmpty();
    assertThat(after(50, 0))
        .containsExactly(
            "elec2: no answer from the brokers at kafka:9092 for 10 s. It waits, and goes on where"
                + " it was when they are back");
    assertThat(after(5, 1))
        .hasSize(2)
        .last()
        .isEqualTo("elec2: the brokers answer again, after 60 s");
    assertThat(after(20, 0)).hasSize(3);
  }
}
