package dev.millrace.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.eval.Evaluation;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
          + " rows through Kafka."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace eval examples/elec2.yaml --data examples/data/elec2.csv.gz",
      "  millrace eval primer.yaml --data rows.csv --epochs 10 -o json"
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
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How to print the result. Default: table.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException {
    if (epochs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--epochs is " + epochs + "; expected 1 or more");
    }
    Pipeline pipeline = PipelineParser.parse(file);
    try (Evaluation evaluation =
        new Evaluation(pipeline, kernels.select(spec.commandLine().getErr()))) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        try (CsvSource rows = CsvSource.open(csv.file(), pipeline, csv.options())) {
          evaluation.pass(rows);
        }
      }
      print(evaluation.result());
    }
    return ExitCodes.OK;
  }

  private void print(Map<String, Object> result) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (output == OutputFormat.json) {
      out.println(JsonMapper.builder().build().writeValueAsString(result));
    } else {
      printTable(out, "", result);
    }
    out.flush();
  }

  private static void printTable(PrintWriter out, String prefix, Map<?, ?> figures) {
    figures.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> more) {
            printTable(out, name + ".", more);
          } else {
            out.printf(Locale.ROOT, "%-26s %s%n", prefix + name, text(value));
          }
        });
  }

  private static String text(Object value) {
    return switch (value) {
      case Double number -> String.format(Locale.ROOT, "%.4f", number);
      case Long number -> String.format(Locale.ROOT, "%,d", number);
      default -> value.toString();
    };
  }
}
