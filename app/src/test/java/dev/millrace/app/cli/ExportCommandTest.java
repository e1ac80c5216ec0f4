package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that eval saved, in other programs' formats. */
class ExportCommandTest {
  private record Result(int code, String out, String err) {}

  @TempDir private Path folder;
  private Path rows;
  private Path pipeline;
  private Path model;

  @BeforeEach
  void write() throws IOException {
    StringBuilder csv = new StringBuilder("a,b,y\n");
    for (int row = 0; row < 200; row++) {
      csv.append("%d,%d,%s\n".formatted(row % 7, row % 11, row / 3 % 2 == 0 ? "no" : "yes"));
    }
    rows = Files.writeString(folder.resolve("rows.csv"), csv.toString());
    pipeline =
        Files.writeString(
            folder.resolve("p.yaml"),
            """
            input: {topic: t}
            label: {field: "y", classes: ["no", "yes"]}
            model: {layers: [{dense: 4, activation: relu}]}
            batch: 4
            """);
    model = folder.resolve("p.millrace");
  }

  private static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Stream.of(args).map(Object::toString).toArray(String[]::new);
    int code = Main.run(new PrintWriter(out), new PrintWriter(err, true), words);
    return new Result(code, out.toString(), err.toString());
  }

  private JsonNode eval() throws IOException {
    Result result =
        run("eval", pipeline, "--data", rows, "--epochs", 3, "--save", model, "-o", "json");
    assertThat(result.code()).as(result.err()).isZero();
    return JsonMapper.builder().build().readTree(result.out());
  }

  @Test
  void shouldExportTheModelThatEvalSaved() throws IOException {
    JsonNode learned = eval();
    Path file = folder.resolve("p.safetensors");
    Result result = run("export", model, "--format", "safetensors", "-o", file);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("p.millrace, version 150, as safetensors: ");
    byte[] bytes = Files.readAllBytes(file);
    int length = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
    JsonNode header =
        JsonMapper.builder()
            .build()
            .readTree(new String(bytes, Long.BYTES, length, StandardCharsets.UTF_8));
    assertThat(header.at("/__metadata__/weights_digest").asText())
        .isEqualTo(learned.get("weights_digest").asText());
    assertThat(header.at("/dense_0~1kernel/shape").toString()).isEqualTo("[2,4]");
  }

  @Test
  void shouldRefuseWhatIsNoModelFile() {
    Result result = run("export", rows, "--format", "safetensors", "-o", folder.resolve("x"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("not a model file, or a broken one");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void shouldNameTheFormatsThereAre() {
    Result result = run("export", rows, "--format", "pickle", "-o", folder.resolve("x"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("safetensors");
  }
}
