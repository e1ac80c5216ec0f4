package dev.millrace.benchmarks.quality;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.app.cli.OutputFormat;
import dev.millrace.benchmarks.process.Directories;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code benchmarks/quality}: how well {@code init} and {@code eval} predict. */
@Command(
    name = "quality",
    description = {
      "Runs init and eval over data sets with nothing tuned, beside a linear model at four rates",
      "and baselines. Exit code 1 if a set is lost to the best rate of the linear model."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/quality --data ~/data -o json",
      "  benchmarks/quality --data ~/data elec2 bike_sharing --late"
    })
public final class QualityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SET", arity = "0..*", description = "Which sets. Default: all.")
  private List<String> names = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "The folder of the data sets.")
  private Path data;

  @Option(names = "--late", description = "Sets with a delay once more, with late labels.")
  private boolean late;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "For people, or one JSON object a line. Default: table.")
  private OutputFormat output;

  @Override
  public Integer call() throws IOException {
    List<QualitySet> sets = chosen();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    if (output == OutputFormat.table) {
      out.println(heading());
    }
    boolean held = true;
    Path folder = Files.createTempDirectory("millrace-quality");
    try {
      for (QualitySet set : sets) {
        for (QualityRun.Result result : new QualityRun(set, data, folder).run(late)) {
          held &= result.holds();
          out.println(
              switch (output) {
                case json -> JsonMapper.builder().build().writeValueAsString(json(result));
                case table -> row(result);
              });
        }
      }
    } finally {
      Directories.delete(folder);
    }
    return held ? 0 : 1;
  }

  private List<QualitySet> chosen() {
    List<QualitySet> all = QualitySet.all();
    List<String> known = all.stream().map(QualitySet::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "no set '%s'; there are %s".formatted(name, known));
      }
    }
    List<QualitySet> chosen =
        all.stream().filter(set -> names.isEmpty() || names.contains(set.name())).toList();
    for (QualitySet set : chosen) {
      if (!Files.isReadable(data.resolve(set.file()))) {
        throw new ParameterException(
            spec.commandLine(),
            "--data is %s, which has no %s; name the sets that you have"
                .formatted(data, set.file()));
      }
    }
    return chosen;
  }

  private static String heading() {
    return "%-19s %5s %7s  %-22s %-22s %-22s %s"
        .formatted("SET", "LATE", "ROWS", "OURS", "BEST LINEAR", "BASELINE", "GOALS MISSED");
  }

  private static String row(QualityRun.Result result) {
    Map<String, Double> linear = new LinkedHashMap<>();
    for (String figure : result.ours().values().keySet()) {
      result.bestLinear(figure).ifPresent(best -> linear.put(figure, best));
    }
    String verdict = result.wins() ? "wins" : result.holds() ? "holds" : "LOSES";
    String missed =
        result.missed().stream().map(Object::toString).collect(Collectors.joining(", "));
    return "%-19s %5d %7d  %-22s %-22s %-22s %s %s"
        .formatted(
            result.set().name(),
            result.delay(),
            result.ours().rows(),
            text(result.ours().values()),
            text(linear),
            text(result.baseline().values()),
            verdict,
            missed);
  }

  private static String text(Map<String, Double> figures) {
    return figures.values().stream()
        .map(value -> String.format(Locale.ROOT, "%.4f", value))
        .collect(Collectors.joining(" "));
  }

  private static Map<String, Object> json(QualityRun.Result result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("set", result.set().name());
    json.put("rows", result.ours().rows());
    json.put("delay", result.delay());
    json.put("ours", result.ours().values());
    json.put("linear", linear(result));
    json.put("baseline", result.baseline().values());
    json.put("published", result.set().published().orElse(null));
    json.put("wins", result.wins());
    json.put("holds", result.holds());
    json.put("goals_missed", result.missed().stream().map(Object::toString).toList());
    json.put("experts", result.ours().experts());
    json.put("above_every_expert", result.ours().aboveEveryExpert().orElse(null));
    return json;
  }

  private static Map<String, Object> linear(QualityRun.Result result) {
    Map<String, Object> linear = new LinkedHashMap<>();
    result.linear().forEach((rate, figures) -> linear.put(rate.toString(), figures.values()));
    return linear;
  }
}
