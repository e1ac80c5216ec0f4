package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millrace.topology.decode.BadEventException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** Any text is a pipeline or a list of problems, each with its line and column. */
class PipelineParserFuzzTest {
  private static final Schema SCHEMA =
      SchemaBuilder.record("Event")
          .fields()
          .optionalDouble("x")
          .optionalString("c")
          .optionalDouble("w")
          .optionalBoolean("y")
          .endRecord();

  @FuzzTest
  @DictionaryFile(resourcePath = "pipeline.dict")
  void anyTextIsAPipelineOrToldWithItsPlace(byte[] utf8) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    Pipeline pipeline;
    try {
      pipeline = PipelineParser.parse(text, "p.yaml", Map.of("HOME", "/"));
    } catch (PipelineException e) {
      assertThat(e.problems())
          .isNotEmpty()
          .allMatch(
              problem -> problem.matches("(?s)p\\.yaml:[1-9]\\d*:[1-9]\\d*: .+|… and \\d+ more"));
      return;
    }
    assertThat(pipeline.toString()).contains(pipeline.name());
    try {
      SpecResolver.resolve(pipeline, SCHEMA);
    } catch (BadEventException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
