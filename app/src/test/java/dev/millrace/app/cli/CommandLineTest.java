package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.Main;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  private record Result(int code, String out, String err) {}

  @TempDir private Path folder;

  private static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code = Main.run(new PrintWriter(out), new PrintWriter(err, true), words);
    return new Result(code, out.toString(), err.toString());
  }

  private static Path data(String name) {
    return EXAMPLES.resolve("data").resolve(name + ".csv.gz");
  }

  @ParameterizedTest
  @CsvSource({
    "elec2, class",
    "phishing, is_phishing",
    "bike_sharing, cnt",
    "image_segments, category"
  })
  void shouldMakeAPipelineThatParsesFromEveryExample(String name, String label) throws IOException {
    Path schemaFile = folder.resolve("rows.avsc");
    Result result = run("init", "--data", data(name), "--label", label, "--schema-out", schemaFile);
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    Pipeline pipeline = PipelineParser.parse(result.out(), "p.yaml");
    assertThat(pipeline.name()).isEqualTo(name);
    assertThat(pipeline.label().field()).isEqualTo(label);
    Schema schema = new Schema.Parser().parse(Files.readString(schemaFile));
    assertThat(schema.getFields()).hasSize(pipeline.input().features().orElseThrow().size() + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"phishing", "bike_sharing", "image_segments"})
  void shouldShipTheExamplesThatInitMakes(String name) throws IOException {
    Path example = EXAMPLES.resolve(name + ".yaml");
    String label = PipelineParser.parse(example).label().field();
    assertThat(run("init", "--data", data(name), "--label", label).out())
        .isEqualTo(Files.readString(example));
  }

  @Test
  void shouldLeaveOutWhatCannotHelpAndSayWhy() {
    Result result = run("init", "--data", data("bike_sharing"), "--label", "cnt");
    assertThat(result.out())
        .contains(
            "    # - {name: instant, type: numeric}  # left out: rises in every row",
            "    # - {name: dteday, type: hashed, buckets: 4096}  # left out: a date or time as"
                + " text",
            "# left out: casual + registered = cnt, the label, in every row",
            "    # whole numbers, 24 distinct values: one_hot",
            "    - {name: temp, type: numeric}  # numbers, 50 distinct values");
  }

  @Test
  void shouldQuoteWhatYamlWouldTakeForSomethingElse() throws IOException {
    Path file = folder.resolve("odd.csv");
    Files.writeString(file, "a b,y\n\"x: #1, \"\"q\"\"\",no\nnull,yes\n~,no\n-,yes\n\"l\nb\",no\n");
    Result result =
        run("init", "--data", file, "--label", "y", "--topic", "Odd", "--name", "odd-1");
    assertThat(result.code()).as(result.err()).isZero();
    Pipeline pipeline = PipelineParser.parse(result.out(), "p.yaml");
    assertThat(pipeline.name()).isEqualTo("odd-1");
    assertThat(pipeline.input().topic()).isEqualTo("Odd");
    assertThat(pipeline.label().classes()).containsExactly("no", "yes");
    assertThat(pipeline.input().features().orElseThrow().getFirst().categories())
        .containsExactly("-", "l\nb", "null", "x: #1, \"q\"", "~");
  }

  @Test
  void shouldTakeTheTaskFromTheUserWhereThatCanBe() {
    assertThat(
            run(
                    "init",
                    "--data",
                    data("phishing"),
                    "--label",
                    "is_phishing",
                    "--task",
                    "regression")
                .out())
        .doesNotContain("classes:");
    Result text = run("init", "--data", data("elec2"), "--label", "class", "--task", "regression");
    assertThat(text.code()).isEqualTo(1);
    assertThat(text.err())
        .isEqualTo(
            "millrace: column 'class' is text with 2 different values, which no regression can"
                + " predict; use --task classification\n");
    assertThat(run("init", "--data", data("elec2"), "--label", "class", "--task", "guess").code())
        .isEqualTo(2);
  }

  @Test
  void shouldFailWithOneMessageAndNoStackTrace() {
    Result result = run("init", "--data", "no-such.csv", "--label", "y");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("millrace: no-such.csv: there is no such file or directory\n");
    assertThat(run("init", "--data", "no-such.csv", "--label", "y", "--verbose").err())
        .contains("NoSuchFileException", "\tat ");
  }

  @Test
  void shouldNameTheNearestWordOnAWrongCommandLine() {
    Result command = run("prodcue");
    assertThat(command.code()).isEqualTo(2);
    assertThat(command.err())
        .isEqualTo(
            "millrace: unknown command 'prodcue'; did you mean 'produce'?\n"
                + "Try 'millrace --help'.\n");
    Result option = run("init", "--data", "x", "--label", "y", "--no-heder");
    assertThat(option.code()).isEqualTo(2);
    assertThat(option.err())
        .isEqualTo(
            "millrace: unknown option '--no-heder'; did you mean '--no-header'?\n"
                + "Try 'millrace init --help'.\n");
    assertThat(run().code()).isEqualTo(2);
    assertThat(run("produce", "--data", "x").err()).contains("expected a PIPELINE file or --topic");
    assertThat(run("init").err()).contains("Missing required options").contains("--data=FILE");
    assertThat(run("tail", "t", "--metrics").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"init", "validate", "produce", "tail"})
  void shouldShowExamplesInTheHelpOfEachCommand(String command) {
    Result result = run(command, "--help");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Examples:", "millrace " + command + " ", "--verbose");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void shouldShowTheVersion() {
    assertThat(run("--version").out()).startsWith("millrace ");
  }

  @Test
  void shouldValidateAPipelineFile() throws IOException {
    Path example = EXAMPLES.resolve("elec2.yaml");
    assertThat(run("validate", example).out())
        .isEqualTo(example + ": the pipeline file is right\n");
    Path bad = folder.resolve("bad.yaml");
    Files.writeString(bad, "input: {topik: t}\nlabel: {field: y}\n");
    Result result = run("validate", bad);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains(bad + ":1:9: unknown key 'topik' in input", "did you mean 'topic'?");
    Result json = run("validate", bad, "-o", "json");
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.out()).contains("\"valid\" : false", "did you mean 'topic'?");
    assertThat(json.err()).isEmpty();
  }

  @Test
  void shouldTellWhatToDoAboutFailuresBeneath() {
    assertThat(Errors.message(new ExecutionException(new TimeoutException("30 s"))))
        .isEqualTo(
            "Kafka did not answer in time: 30 s. Check that it runs and that bootstrap.servers"
                + " names it.");
    assertThat(Errors.message(new UncheckedIOException(new BindException("Address in use: 9092"))))
        .startsWith("a port is in use: Address in use: 9092");
    assertThat(Errors.message(new UserException("there is no x", "Make one")))
        .isEqualTo("there is no x. Make one.");
    assertThat(Errors.message(new IllegalStateException("odd")))
        .isEqualTo("IllegalStateException: odd; --verbose shows where");
  }
}
