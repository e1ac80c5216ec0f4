package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvalCommandTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Rows whose label stays for three rows. */
  private static final int ROWS = 300;

  private record Result(int code, String out, String err) {
    JsonNode json() throws IOException {
      assertThat(code).as(err).isZero();
      return JSON.readTree(out);
    }
  }

  @TempDir private Path folder;

  private static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Stream.of(args).map(Object::toString).toArray(String[]::new);
    int code = Main.run(new PrintWriter(out), new PrintWriter(err, true), words);
    return new Result(code, out.toString(), err.toString());
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Path rows() throws IOException {
    StringBuilder csv = new StringBuilder("a,b,y\n");
    for (int row = 0; row < ROWS; row++) {
      csv.append("%d,%d,%s\n".formatted(row % 7, row % 11, row / 3 % 2 == 0 ? "no" : "yes"));
    }
    return file("rows.csv", csv.toString());
  }

  private Path pipeline(String label) throws IOException {
    return file(
        "p.yaml",
        "input: {topic: t}\nlabel: {field: \"y\", classes: [\"no\", \"yes\"]%s}\nbatch: 4\n"
            .formatted(label));
  }

  @Test
  void shouldGroupFiguresWithWhatBaselinesWouldHaveHad() throws IOException {
    String layers = Files.readString(pipeline("")) + "model: {layers: [{dense: 64}]}\n";
    Result result = run("eval", file("network.yaml", layers), "--data", rows());
    assertThat(result.code()).as(result.err()).isZero();
    List<String> titles =
        result.out().lines().map(line -> line.substring(0, 24).stripTrailing()).toList();
    assertThat(titles)
        .containsSubsequence(
            "accuracy",
            "  no change",
            "  majority so far",
            "  majority in hindsight",
            "balanced_accuracy",
            "kappa_temporal",
            "log_loss",
            "  class shares so far",
            "roc_auc",
            "weights_digest");
    assertThat(result.out())
        .containsPattern("accuracy +0\\.\\d{4}. +0\\.\\d{4}. +0\\.\\d{4}.?\n")
        .containsPattern("  no change +0\\.6667\\* +0\\.6667\\* +0\\.\\d{4}\\*\n")
        .containsPattern("  majority in hindsight +0\\.5000 +- +-\n")
        .containsPattern("not better +accuracy than no change");
  }

  @Test
  void shouldNotCareForAColumnThatNothingReads() throws IOException {
    Path narrow = rows();
    List<String> lines = Files.readAllLines(narrow);
    StringBuilder csv = new StringBuilder("more," + lines.getFirst() + ",last\n");
    for (int row = 1; row < lines.size(); row++) {
      csv.append("text %d,%s,%d\n".formatted(row, lines.get(row), row * row));
    }
    String text = Files.readString(pipeline("")).replace("topic: t", "topic: t, features: [a, b]");
    Path auto = file("auto.yaml", text);
    JsonNode right = run("eval", auto, "--data", narrow, "-o", "json").json();
    JsonNode got =
        run("eval", auto, "--data", file("wide.csv", csv.toString()), "-o", "json").json();
    assertThat(right.get("weights_digest").asText()).hasSize(64);
    for (String same : List.of("weights_digest", "metrics", "baseline", "version", "learned")) {
      assertThat(got.get(same)).as(same).isNotNull().isEqualTo(right.get(same));
    }
  }

  @Test
  void shouldGroupTheErrorsOfARegression() throws IOException {
    Path rows = file("numbers.csv", "a,y\n1,1.5\n2,2\n3,2.5\n4,3\n");
    Path pipeline =
        file(
            "n.yaml",
            "input: {topic: t}\n"
                + "label: {field: \"y\"}\n"
                + "model: {loss: {quantile: {quantile: 0.9}}}\n");
    assertThat(run("eval", pipeline, "--data", rows).out())
        .containsSubsequence("mae", "  no change", "  mean so far", "rmse", "quantile_loss", "r2");
  }

  @Test
  void shouldLearnAndScoreLateLabelsWhenTheyCome() throws IOException {
    Path rows = rows();
    JsonNode prompt = run("eval", pipeline(""), "--data", rows, "-o", "json").json();
    JsonNode zero =
        run("eval", pipeline(", delay: 9"), "--data", rows, "--delay", 0, "-o", "json").json();
    assertThat(zero.get("weights_digest")).isEqualTo(prompt.get("weights_digest"));
    assertThat(zero.get("metrics")).isEqualTo(prompt.get("metrics"));

    JsonNode late = run("eval", pipeline(""), "--data", rows, "--delay", 5, "-o", "json").json();
    assertThat(late.get("learned").asInt()).isEqualTo(292);
    assertThat(late.get("pending").asInt()).as("3 in the batch").isEqualTo(8);
    assertThat(late.get("waiting").asInt()).isEqualTo(5);
    assertThat(late.get("weights_digest")).isNotEqualTo(prompt.get("weights_digest"));
    assertThat(late.at("/baseline/no_change").asDouble())
        .as("the label six rows before, all scored, the first six wrong")
        .isCloseTo(294 / 300.0, within(1e-12));
    JsonNode stated = run("eval", pipeline(", delay: 5"), "--data", rows, "-o", "json").json();
    assertThat(stated.get("weights_digest")).isEqualTo(late.get("weights_digest"));
    assertThat(stated.get("metrics")).isEqualTo(late.get("metrics"));
  }

  @Test
  void shouldScoreEveryRowOfTheLastPassThoughLabelsComeLate() throws IOException {
    JsonNode two =
        run("eval", pipeline(""), "--data", rows(), "--delay", 5, "--epochs", 2, "-o", "json")
            .json();
    assertThat(two.get("learned").asInt() + two.get("pending").asInt()).isEqualTo(2 * ROWS);
    assertThat(two.get("waiting").asInt()).isEqualTo(5);
    double accuracy = two.at("/metrics/accuracy").asDouble() * ROWS;
    assertThat(accuracy).as("a share of all rows").isCloseTo(Math.rint(accuracy), within(1e-9));
  }

  @Test
  void shouldWriteThePredictionOfEachRow() throws IOException {
    Path rows = file("odd.csv", "a,y\n1,\"n,o\"\n2,yes\nx,yes\n3,\"n,o\"\n");
    Path pipeline =
        file(
            "odd.yaml",
            "input: {topic: t, features: [{name: a, type: numeric}]}\n"
                + "label: {field: \"y\", classes: [\"n,o\", \"yes\"]}\n");
    Path csv = folder.resolve("said.csv");
    run("eval", pipeline, "--data", rows, "--skip-bad-rows", "--epochs", 2, "--predictions", csv);
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst()).isEqualTo("row,label,prediction,\"p_n,o\",p_yes");
    assertThat(lines.subList(1, lines.size()))
        .first()
        .asString()
        .matches("1,\"n,o\",(\"n,o\"|yes),0\\.\\d+,0\\.\\d+");
    Path json = folder.resolve("said.jsonl");
    run("eval", pipeline, "--data", rows, "--skip-bad-rows", "--predictions", json);
    JsonNode first = JSON.readTree(Files.readAllLines(json).getFirst());
    assertThat(first.get("row").asInt()).isEqualTo(1);
    assertThat(first.get("label").asText()).isEqualTo("n,o");
    assertThat(first.at("/probabilities/yes").asDouble()).isBetween(0.0, 1.0);
  }

  @Test
  void shouldWriteAttributionsAndTheWeightsOfExpertsIfThePipelineAsksForThem() throws IOException {
    Path pipeline =
        file(
            "told.yaml",
            "input: {topic: t}\nlabel: {field: \"y\", classes: [\"no\", \"yes\"]}\n"
                + "predictions: {attributions: 2, expert_weights: true}\n");
    Path csv = folder.resolve("told.csv");
    assertThat(run("eval", pipeline, "--data", rows(), "--predictions", csv).code()).isZero();
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst())
        .startsWith("row,label,prediction,p_no,p_yes,attributions,attribution_baseline,w_linear_")
        .endsWith(",w_constant");
    String number = "-?[0-9.E-]+";
    assertThat(lines.getLast())
        .matches("300,yes,(no|yes),%1$s,%1$s,(a|b)=%1$s;(a|b)=%1$s(,%1$s)+".formatted(number));
    Path json = folder.resolve("told.jsonl");
    run("eval", pipeline, "--data", rows(), "--predictions", json);
    JsonNode last = JSON.readTree(Files.readAllLines(json).getLast());
    assertThat(last.get("attributions").properties()).hasSize(2);
    assertThat(last.get("attribution_baseline").asDouble()).isBetween(0.0, 1.0);
    double sum = 0;
    for (JsonNode weight : last.get("expert_weights")) {
      sum += weight.asDouble();
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  @Test
  void shouldTellHowManyLabelsLayWithinTheirBounds() throws IOException {
    StringBuilder csv = new StringBuilder("a,y\n");
    for (int row = 0; row < 400; row++) {
      csv.append("%d,%d\n".formatted(row % 7, row * 37 % 11));
    }
    Path pipeline =
        file("i.yaml", "input: {topic: t}\nlabel: {field: \"y\"}\nintervals: {coverage: 0.8}\n");
    Path said = folder.resolve("bounds.csv");
    Path rows = file("bounded.csv", csv.toString());
    JsonNode result =
        run("eval", pipeline, "--data", rows, "--predictions", said, "-o", "json").json();
    List<String[]> lines =
        Files.readAllLines(said).stream().map(line -> line.split(",", -1)).toList();
    assertThat(lines.getFirst()).containsExactly("row", "label", "prediction", "lower", "upper");
    assertThat(lines.get(1)).as("no bound yet").endsWith("", "");
    long inside =
        lines.stream()
            .skip(1)
            .filter(
                line ->
                    line[3].isEmpty()
                        || Double.parseDouble(line[1]) >= Double.parseDouble(line[3])
                            && Double.parseDouble(line[1]) <= Double.parseDouble(line[4]))
            .count();
    assertThat(result.at("/metrics/coverage").asDouble()).isCloseTo(inside / 400.0, within(0.01));
    assertThat(result.at("/metrics/coverage").asDouble()).isCloseTo(0.8, within(0.05));
    assertThat(run("eval", pipeline, "--data", rows).out())
        .containsSubsequence("coverage", "mean_width", "unbounded");
  }

  /** Rows of which 3 in 100 are of the second class, told by a number with noise. */
  private Path rareRows(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder csv = new StringBuilder("a,b,y\n");
    for (int row = 0; row < 6000; row++) {
      boolean yes = random.nextInt(100) < 3;
      double told = random.nextGaussian() + (yes ? 1.5 : 0);
      csv.append("%.4f,%.4f,%s\n".formatted(told, random.nextGaussian(), yes ? "yes" : "no"));
    }
    return file("rare.csv", csv.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "{layers: [{dense: 8, activation: relu}]}"})
  void shouldHelpRareClassesByWeightsSamplingAndAThreshold(String model) throws IOException {
    Path rows = rareRows(7);
    JsonNode plain = rare("", model, rows);
    JsonNode balanced = rare(", class_weight: balanced", model, rows);
    JsonNode chosen = rare(", threshold: {metric: f1}", model, rows);
    JsonNode sampled = rare(", undersampling: {rate: 0.2, classes: [\"no\"]}", model, rows);
    String accuracy = "/metrics/balanced_accuracy";
    assertThat(plain.at(accuracy).asDouble()).isLessThan(0.55);
    assertThat(balanced.at(accuracy).asDouble()).isGreaterThan(0.6);
    JsonNode moved = rare(", threshold: {metric: balanced_accuracy}", model, rows);
    assertThat(moved.at(accuracy).asDouble()).isGreaterThan(0.7);
    assertThat(plain.at("/metrics/f1").asDouble()).isLessThan(0.15);
    assertThat(chosen.at("/metrics/f1").asDouble()).isGreaterThan(0.18);
    assertThat(chosen.at("/metrics/threshold").asDouble()).isBetween(0.01, 0.45);
    assertThat(chosen.at("/metrics/log_loss")).isEqualTo(plain.at("/metrics/log_loss"));
    assertThat(chosen.get("weights_digest")).isEqualTo(plain.get("weights_digest"));
    assertThat(sampled.get("undersampled").asInt()).isBetween(4400, 4900);
    assertThat(sampled.get("learned").asInt() + sampled.get("undersampled").asInt())
        .isEqualTo(plain.get("learned").asInt());
    assertThat(sampled.at("/metrics/log_loss").asDouble())
        .as("corrected, probabilities stay true")
        .isCloseTo(plain.at("/metrics/log_loss").asDouble(), within(0.03));
  }

  private JsonNode rare(String label, String model, Path rows) throws IOException {
    Path pipeline =
        file(
            "rare.yaml",
            """
            input: {topic: t}
            label: {field: "y", classes: ["no", "yes"]%s}
            model: %s
            batch: 1
            """
                .formatted(label, model));
    return run("eval", pipeline, "--data", rows, "-o", "json").json();
  }

  @Test
  void shouldRefuseFlagsThatCannotBeAndSayWhatCan() throws IOException {
    Path pipeline = pipeline("");
    Path rows = rows();
    Result delay = run("eval", pipeline, "--data", rows, "--delay", "-1");
    assertThat(delay.code()).isEqualTo(2);
    assertThat(delay.err()).contains("--delay is -1; expected 0 to 100000 rows");
    Result name = run("eval", pipeline, "--data", rows, "--predictions", "said.txt");
    assertThat(name.code()).isEqualTo(2);
    assertThat(name.err())
        .contains("--predictions is said.txt; expected a name that ends in .csv or .jsonl");
    assertThat(run("eval", pipeline(", delay: -2"), "--data", rows).err())
        .contains("a whole number from 0 to 100000");
  }
}
