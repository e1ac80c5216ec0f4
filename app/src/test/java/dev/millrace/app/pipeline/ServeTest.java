package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.pipeline.Served.Answer;
import dev.millrace.topology.config.Pipeline;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Models served from their published copies, on a real broker, while a pipeline learns on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServeTest {
  private static final int CLASSES = 2;

  /** What is no input of the model: its label and the label's weight. */
  private static final List<String> NO_INPUTS = List.of("class", "period");

  private Stage stage;
  private Schema schema;
  private List<byte[]> values;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    stage = new Stage(dir);
    schema = Elec2.schema(Elec2.pipeline(stage.yaml("elec2", 16)));
    values = stage.values(1_500);
  }

  @AfterAll
  void stop() {
    stage.close();
  }

  private Pipeline pipeline(String name) {
    return Elec2.pipeline(stage.yaml(name, 16));
  }

  /** A request of one event. */
  private String request(int offset) throws Exception {
    return Served.request(schema, values.subList(offset, offset + 1), NO_INPUTS).toString();
  }

  @Test
  void shouldSayOfTheNextEventWhatTheRunSaysAndChangeAsItLearnsOn() throws Exception {
    Pipeline pipeline = pipeline("goes-on");
    stage.learn(pipeline, 700); // 21 steps of 32 events: copies of version 10 and 20
    try (Served served = new Served(pipeline).awaitVersion(20)) {
      Answer first = served.infer(request(640));
      var said = stage.said(pipeline, 640).getFirst();
      assertThat(said.offset()).isEqualTo(640);
      assertThat(said.version()).isEqualTo(20);
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.version()).isEqualTo(20);
      assertThat(first.bits(0, CLASSES)).isEqualTo(said.outputBits());
      assertThat(served.infer(request(640)).bits(0, CLASSES)).isEqualTo(first.bits(0, CLASSES));

      stage.learn(pipeline, 1_400);
      served.awaitVersion(40);
      var later = stage.said(pipeline, 1_280).getFirst();
      assertThat(served.infer(request(1_280)).bits(0, CLASSES)).isEqualTo(later.outputBits());
      assertThat(served.infer(request(640)).bits(0, CLASSES)).isNotEqualTo(first.bits(0, CLASSES));
    }
  }
}
