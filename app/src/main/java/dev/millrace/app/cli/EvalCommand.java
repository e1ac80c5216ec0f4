package dev.millrace.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.eval.Evaluation;
import dev.millrace.app.eval.PredictionsFile;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace eval}: the learning of a pipeline over a file, without Kafka. */
@Command(
    name = "eval",
    description = {
      "Learns a file as the pipeline would learn its topic, without Kafka.",
      "Each row is predicted, scored, then learned. Weights and figures are those of the same"
          + " rows through Kafka. The figures, by name: docs/metrics.md."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace eval examples/elec2.yaml --data examples/data/elec2.csv.gz",
      "  millrace eval examples/elec2.yaml --data examples/data/elec2.csv.gz --delay 48",
      "  millrace eval rides.yaml --data rides.csv.gz --predictions said.csv",
      "  millrace eval primer.yaml --data rows.csv --epochs 10 -o json",
      "  millrace eval primer.yaml --data rows.csv --epochs 10 --save primer.millrace"
    })
public final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CsvFlags csv;
  @Mixin private KernelFlag kernels;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "1",
      description = "Passes over the file; the figures are of the last. Default: 1.")
  private int epochs;

  @Option(
      names = "--delay",
      paramLabel = "N",
      description =
          "Labels are known N rows late: a row is scored and learned only after the N rows behind"
              + " it were predicted. Default: label.delay of the pipeline, or 0.")
  private Integer delay;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description =
          "Writes the predictions of the last pass, a line each: a .csv, or JSON in a .jsonl.")
  private Path predictions;

  @Option(
      names = "--save",
      paramLabel = "MODEL_FILE",
      description =
          "Writes the model that came of it: millrace export gives it to other programs, millrace"
              + " snapshots install --file to a stream.")
  private Path save;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How to print the result. Default: table.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException {
    checkFlags();
    Pipeline stated = PipelineParser.parse(file);
    Pipeline pipeline = delay == null ? stated : stated.withDelay(delay);
    try (Evaluation evaluation =
        new Evaluation(pipeline, kernels.select(spec.commandLine().getErr()))) {
      for (int epoch = 1; epoch < epochs; epoch++) {
        pass(evaluation, pipeline, Optional.empty());
      }
      lastPass(evaluation, pipeline);
      if (save != null) {
        NewFile.write(save, evaluation::save);
      }
      print(evaluation.result());
    }
    return ExitCodes.OK;
  }

  private void checkFlags() {
    if (epochs < 1) {
      throw wrong("--epochs is " + epochs + "; expected 1 or more");
    }
    if (delay != null && (delay < 0 || delay > LabelSpec.DELAY_MAX)) {
      throw wrong("--delay is %d; expected 0 to %d rows".formatted(delay, LabelSpec.DELAY_MAX));
    }
    if (predictions != null && !PredictionsFile.takes(predictions)) {
      throw wrong(
          "--predictions is %s; expected a name that ends in .csv or .jsonl"
              .formatted(predictions));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void lastPass(Evaluation evaluation, Pipeline pipeline) throws IOException {
    if (predictions == null) {
      pass(evaluation, pipeline, Optional.empty());
    } else {
      try (PredictionsFile said = PredictionsFile.create(predictions)) {
        pass(evaluation, pipeline, Optional.of(said));
      }
    }
  }

  private void pass(Evaluation evaluation, Pipeline pipeline, Optional<PredictionsFile> said)
      throws IOException {
    try (CsvSource rows = CsvSource.open(csv.file(), pipeline, csv.options())) {
      evaluation.pass(rows, said);
    }
  }

  private void print(Map<String, Object> result) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (output == OutputFormat.json) {
      out.println(JsonMapper.builder().build().writeValueAsString(result));
    } else {
      printTable(out, result);
    }
    out.flush();
  }

  private static void printTable(PrintWriter out, Map<String, Object> result) {
    result.forEach(
        (name, value) -> {
          if (name.equals("baseline")) {
            return; // beside the metrics
          }
          if (name.equals("metrics")) {
            out.print(new FigureTable(figures(value), figures(result.get("baseline"))).text());
          } else if (value instanceof Map<?, ?> more) {
            printMap(out, name, more);
          } else {
            out.printf(Locale.ROOT, "%-24s %s%n", name, text(value));
          }
        });
  }

  /** A line for each; nothing if there is none. */
  private static void printMap(PrintWriter out, String name, Map<?, ?> more) {
    if (!more.isEmpty()) {
      out.println(name);
    }
    more.forEach((key, value) -> out.printf(Locale.ROOT, "  %-22s %s%n", key, lineOf(value)));
  }

  private static String lineOf(Object value) {
    return value instanceof Map<?, ?> figures
        ? figures.entrySet().stream()
            .map(figure -> "%s %s".formatted(figure.getKey(), text(figure.getValue())))
            .collect(Collectors.joining("  "))
        : text(value);
  }

  private static Map<String, Double> figures(Object map) {
    Map<String, Double> figures = new LinkedHashMap<>();
    ((Map<?, ?>) map).forEach((name, value) -> figures.put((String) name, (Double) value));
    return figures;
  }

  private static String text(Object value) {
    return switch (value) {
      case Double number -> String.format(Locale.ROOT, "%.4f", number);
      case Long number -> String.format(Locale.ROOT, "%,d", number);
      default -> value.toString();
    };
  }
}
