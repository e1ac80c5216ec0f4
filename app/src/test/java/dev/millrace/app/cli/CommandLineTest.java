package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.Main;
import dev.millrace.app.web.Dashboard;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

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

  /** But for what stands above the name, and the intervals that one of them asks for. */
  @ParameterizedTest
  @CsvSource({
    "phishing, phishing.csv.gz",
    "bike_sharing, bike_sharing.csv.gz",
    "image_segments, image_segments.csv.gz",
    "clicks, open_bandit.csv.gz",
    "spam, sms_spam.tsv.gz",
    "intrusion, kddcup99.csv.gz"
  })
  void shouldShipTheExamplesThatInitMakes(String name, String data) throws IOException {
    Path example = EXAMPLES.resolve(name + ".yaml");
    Pipeline pipeline = PipelineParser.parse(example);
    List<Object> args =
        new ArrayList<>(List.of("init", "--data", EXAMPLES.resolve("data/" + data)));
    args.addAll(List.of("--label", pipeline.label().field(), "--name", pipeline.name()));
    args.addAll(List.of("--topic", pipeline.input().topic()));
    if (pipeline.label().field().matches("c\\d+")) {
      args.add("--no-header");
    }
    String shipped = Files.readString(example).replaceFirst("intervals: .*\n", "");
    assertThat(body(run(args.toArray()).out())).isEqualTo(body(shipped));
  }

  private static String body(String pipeline) {
    return pipeline.substring(pipeline.indexOf("name:"));
  }

  @Test
  void shouldLeaveOutWhatCannotHelpAndSayWhy() {
    Result result = run("init", "--data", data("bike_sharing"), "--label", "cnt");
    assertThat(result.out())
        .contains(
            "    # - {name: instant, type: numeric}  # left out: counts the rows",
            "    # - {name: dteday, type: hashed, buckets: 4096}  # left out: a date or time"
                + " in a form that is not read",
            "# left out: casual + registered = cnt, the label, in every row",
            "    # whole numbers, 24 distinct values without a gap: one_hot",
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
  void shouldWriteWhereKafkaAndTheRegistryAreIfToldSo() {
    Result result =
        run(
            "init",
            "--data",
            data("phishing"),
            "--label",
            "is_phishing",
            "--bootstrap-server",
            "k:1,l:2",
            "--registry",
            "http://r:3");
    Pipeline pipeline = PipelineParser.parse(result.out(), "p.yaml");
    assertThat(pipeline.kafka()).containsEntry("bootstrap.servers", "k:1,l:2");
    assertThat(pipeline.registry()).containsEntry("schema.registry.url", "http://r:3");
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
    assertThat(run("eval").err()).contains("Missing required options").contains("--data=FILE");
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
  void shouldHelpWithEveryCommandOfEveryCommand() {
    assertHelps(new CommandLine(new Main()), List.of());
  }

  private static void assertHelps(CommandLine line, List<String> names) {
    List<Object> args = new ArrayList<>(names);
    args.add("--help");
    Result result = run(args.toArray());
    assertThat(result.code()).as("%s", args).isZero();
    assertThat(result.out()).as("%s", args).startsWith("Usage: millrace").contains("-h, --help");
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> path = new ArrayList<>(names);
              path.add(name);
              assertHelps(command, path);
            });
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

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void assertFails(int code, String message, Object... args) {
    Result result = run(args);
    assertThat(result.err()).isEqualTo("millrace: " + message + "\n");
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void shouldSayThatADirectoryIsNoFile() {
    String rows = folder + " is a directory; expected a file of rows, .csv or .tsv, plain or .gz";
    Path elec2 = EXAMPLES.resolve("elec2.yaml");
    assertFails(1, rows, "init", "--label", "y", "--data", folder);
    assertFails(1, rows, "eval", elec2, "--data", folder);
    assertFails(1, rows, "produce", "--topic", "t", "--data", folder);
    assertFails(
        1,
        folder + ": this is a directory; expected a pipeline file, such as elec2.yaml",
        "validate",
        folder);
  }

  @Test
  void shouldFailOnAFileWithoutRows() throws IOException {
    Path header = file("header.csv", "a,b,y\n");
    Path pipeline =
        file("p.yaml", "input: {topic: t, features: [a]}\nlabel: {field: y, classes: [0, 1]}\n");
    String none = header + " has a header and no rows; expected at least one row below it";
    assertFails(1, none, "init", "--label", "y", "--data", header);
    assertFails(1, none, "eval", pipeline, "--data", header);
    Path bad = file("bad.csv", "a,b,y\n1,2\n3\n");
    assertFails(
        1,
        bad + " has no row that can be used; 2 were left out",
        "eval",
        pipeline,
        "--skip-bad-rows",
        "--data",
        bad);
  }

  @Test
  void shouldCountARowOfNegativeWeightAsRejectedAndLearnTheOthers() throws IOException {
    Path rows = file("weighted.csv", "a,w,y\n1,2,3.5\n2,-1,4\n3,,5\n4,0,6\n");
    Path pipeline =
        file(
            "weighted.yaml",
            "input: {topic: t}\n"
                + "label: {field: y, weight: w}\n"
                + "model: {loss: {huber: {delta: 2}}}\n");
    Result run = run("eval", pipeline, "--data", rows, "-o", "json");
    assertThat(run.out()).contains("\"rows\":4,\"learned\":3,\"pending\":0,\"rejected\":1,");
  }

  /** 32 rows of 8 numbers and 8,192 units are enough for threads to share. */
  @Test
  void shouldLearnTheSameWeightsWithAnyNumberOfThreads() throws IOException {
    StringBuilder csv = new StringBuilder("a,b,c,d,e,f,g,h,y\n");
    for (int row = 0; row < 100; row++) {
      for (int column = 0; column < 8; column++) {
        csv.append((row * (column + 3) * 37) % 101).append(',');
      }
      csv.append(row % 7).append('\n');
    }
    Path rows = file("wide.csv", csv.toString());
    Set<String> digests = new HashSet<>();
    for (int threads = 1; threads <= 3; threads++) {
      Path pipeline =
          file(
              "wide" + threads + ".yaml",
              "input: {topic: wide}\n"
                  + "label: {field: \"y\"}\n"
                  + "model: {layers: [{dense: 8192, activation: relu}]}\n"
                  + "batch: 32\n"
                  + "threads: "
                  + threads
                  + "\n");
      String out = run("eval", pipeline, "--data", rows, "-o", "json").out();
      assertThat(out).contains("\"learned\":96,\"pending\":4,");
      digests.add(out.replaceAll("(?s).*\"weights_digest\":\"([0-9a-f]{64})\".*", "$1"));
    }
    assertThat(digests).singleElement().asString().hasSize(64);
  }

  @Test
  void shouldTellWhichRowIsBroken() throws IOException {
    assertFails(
        1,
        folder.resolve("ragged.csv")
            + ":3: the row has 1 cell, the first row has 2; to leave such rows out, use"
            + " --skip-bad-rows",
        "init",
        "--label",
        "y",
        "--data",
        file("ragged.csv", "a,y\n1,0\n3\n"));
    Path noText = folder.resolve("no.csv");
    Files.write(noText, new byte[] {(byte) 0xC3, 0x28, ',', 'y', '\n'});
    assertFails(
        1,
        noText
            + ":1: the row is not UTF-8 text; expected rows of comma-separated text, plain or"
            + " gzipped",
        "init",
        "--label",
        "y",
        "--data",
        noText);
  }

  @Test
  void shouldTakeOneSourceAndOnlyWhatGoesWithIt() {
    String help = "\nTry 'millrace init --help'.";
    assertFails(
        2,
        "expected --data FILE, --subject SUBJECT or --topic TOPIC" + help,
        "init",
        "--label",
        "y");
    String[][] wrong = {
      {
        "--data and --subject are both given; expected one of them", "--data", "x", "--subject", "s"
      },
      {"--no-header is for --data; a subject has no rows", "--subject", "s", "--no-header"},
      {"--skip-bad-rows is for --data; a subject has no rows", "--topic", "t", "--skip-bad-rows"},
      {
        "--classes is for --subject; the classes of --data are the label's values",
        "--data",
        "x",
        "--classes",
        "a,b"
      },
      {
        "--classes is 'a,'; expected two or more different ones, as in A,B,C",
        "--topic",
        "t",
        "--classes",
        "a, "
      },
      {
        "--classes is 'a,b,a'; expected two or more different ones, as in A,B,C",
        "--topic",
        "t",
        "--classes",
        "a,b,a"
      },
      {
        "--subject is 'com.acme.Ride', which names no topic as TOPIC-value does; expected --topic"
            + " too",
        "--subject",
        "com.acme.Ride"
      },
      {"--topic is 'a b'; expected letters, digits, '.', '_', '-'", "--subject", "a b-value"}
    };
    for (String[] line : wrong) {
      List<Object> args = new ArrayList<>(List.of("init", "--label", "y"));
      args.addAll(List.of(line).subList(1, line.length));
      assertFails(2, line[0] + help, args.toArray());
    }
    assertFails(
        2,
        "--classes does not go with --task regression; expected one of them" + help,
        "init",
        "--topic",
        "t",
        "--label",
        "y",
        "--task",
        "regression",
        "--classes",
        "0,1");
  }

  @Test
  void shouldSayThatNoRegistryAnswersAndHowToGetOne() throws IOException {
    String url;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + free.getLocalPort();
    }
    Result result = run("init", "--topic", "rides", "--label", "y", "--registry", url);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .hasLineCount(1)
        .contains("subject rides-value", url + " cannot be reached")
        .endsWith(
            " Start one (millrace local does), name yours with --registry, or give rows with"
                + " --data.\n");
    assertFails(
        1,
        "schema.registry.url must begin with http:// or https://, url=localhost:8081. Give it with"
            + " --registry.",
        "init",
        "--topic",
        "rides",
        "--label",
        "y",
        "--registry",
        "localhost:8081");
  }

  @Test
  void shouldSayThatAPortIsInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertFails(
          1,
          "127.0.0.1:%d cannot be opened: it is in use, or not this machine's. Stop the program that uses it, or state another with --http (port 0 is any free one)."
              .formatted(taken.getLocalPort()),
          "run",
          EXAMPLES.resolve("elec2.yaml"),
          "--http",
          taken.getLocalPort());
    }
  }

  @Test
  void shouldTakeTheNextPortWhereNoneWasStated() throws IOException {
    StringWriter err = new StringWriter();
    ServerSocket taken = new ServerSocket();
    try (taken) {
      try {
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080));
      } catch (BindException e) {
        // by somebody else
      }
      try (Dashboard next =
          new HttpFlags().open(List.of(), InstantSource.system(), new PrintWriter(err, true))) {
        assertThat(next.port()).isBetween(8081, 8099);
        assertThat(err.toString())
            .isEqualTo(
                "port 8080 is in use; the page is at http://127.0.0.1:%d\n".formatted(next.port()));
      }
    }
  }

  @Test
  void shouldRefuseACollectorThatIsNoneOrThatNothingIsSentTo() {
    Path pipeline = EXAMPLES.resolve("elec2.yaml");
    assertFails(
        1,
        "--otlp is 'localhost:4318'; expected http://HOST:PORT/PATH or https://HOST:PORT/PATH. As"
            + " in --otlp http://localhost:4318/v1/metrics.",
        "run",
        pipeline,
        "--otlp",
        "localhost:4318");
    assertFails(
        1,
        "--otlp takes what the page shows, and --http is off. Leave out one of the two; --http 0"
            + " takes any free port.",
        "run",
        pipeline,
        "--http",
        "off",
        "--otlp",
        "http://localhost:4318/v1/metrics");
  }

  @Test
  void shouldShowTheTypingErrorAndNotTheOptionThatMissesForIt() {
    assertFails(
        2,
        "unknown option '--dta'; did you mean '--data'?\nTry 'millrace eval --help'.",
        "eval",
        "p.yaml",
        "--dta",
        "x.csv");
  }

  @Test
  void shouldTakeAWrongValueOfAnOptionForAWrongCommandLine() {
    String help = "\nTry 'millrace demo --help'.";
    assertFails(
        2,
        "--rate is 'abc'; expected a number of events greater than 0, or max" + help,
        "demo",
        "--rate",
        "abc");
    assertFails(
        2,
        "there is no data set 'elec3'; expected elec2, phishing, bike_sharing, image_segments;"
            + " did you mean 'elec2'?"
            + help,
        "demo",
        "elec3");
    assertFails(
        2,
        "--epochs is 0; expected 1 or more\nTry 'millrace eval --help'.",
        "eval",
        EXAMPLES.resolve("phishing.yaml"),
        "--data",
        data("phishing"),
        "--epochs",
        "0");
    assertFails(
        2,
        "--kafka-port is 99999; expected 1 to 65535, or 0 for any free one\n"
            + "Try 'millrace local --help'.",
        "local",
        "--kafka-port",
        "99999");
    assertFails(
        2,
        "--kafka-port and --registry-port are both 7; expected different ones\n"
            + "Try 'millrace local --help'.",
        "local",
        "--kafka-port",
        "7",
        "--registry-port",
        "7");
    assertThat(run("tail", "p.yaml", "--metrics", "--snapshots").code()).isEqualTo(2);
  }

  @Test
  void shouldSayThatADirectoryToWorkInIsAFile() throws IOException {
    Path file = file("file", "");
    assertFails(1, file + " is a file. Name a directory with --dir.", "local", "--dir", file);
    assertFails(1, file + " is a file. Name a directory with --dir.", "demo", "--dir", file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tail", "produce"})
  void shouldSayWhereKafkaWasLookedFor(String command) throws IOException {
    Path pipeline =
        file(
            "p.yaml",
            "input: {topic: t, features: [a]}\nlabel: {field: y, classes: [0, 1]}\n"
                + "kafka: {bootstrap.servers: \"no.such.host.invalid:9092\"}\n");
    Path rows = file("rows.csv", "a,y\n1,0\n");
    Object[] args =
        command.equals("tail")
            ? new Object[] {"tail", pipeline, "-n", "1"}
            : new Object[] {"produce", pipeline, "--data", rows};
    assertThat(run(args).err())
        .startsWith("millrace: bootstrap.servers is 'no.such.host.invalid:9092': No resolvable")
        .endsWith("Give host:port of a broker.\n")
        .hasLineCount(1);
  }

  @Test
  void shouldBeginTheHelpOfEachCommandWithAWholeSentence() {
    String help = run("--help").out();
    String commands =
        help.substring(help.indexOf("Commands:"), help.indexOf("Examples:"))
            .replaceAll("\n {6,}", " ");
    assertThat(commands.lines().skip(1).filter(line -> !line.isBlank()))
        .hasSize(14)
        .allMatch(line -> line.endsWith("."), "ends with a full stop");
  }
}
