package dev.millrace.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} names every figure that there is, and no other. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");

  @Test
  void shouldNameEachFigureAndBaselineOfItsTables() throws IOException {
    Set<String> there = new TreeSet<>();
    for (int classes : new int[] {0, 2, 3}) {
      Prequential metrics = Prequential.of(classes, 0.5);
      for (int event = 0; event < 4; event++) {
        double[] note = new double[metrics.noteLength()];
        switch (metrics) {
          case ClassMetrics m -> m.note(event % 2, 0, new float[] {0.5f, 0.3f, 0.2f}, note);
          case ValueMetrics m -> m.note(event, 1, note);
        }
        metrics.score(note);
      }
      there.addAll(metrics.figures().keySet());
      there.addAll(metrics.baselines().keySet());
    }
    for (int classes : new int[] {0, 2}) {
      Intervals intervals = new Intervals(0.9, 0, classes);
      double[] note = new double[Intervals.COLUMNS];
      intervals.note(1, 2, 3, note);
      intervals.score(note);
      there.addAll(intervals.figures().keySet());
    }
    Set<String> named =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(1, line.indexOf('|', 1)))
            .flatMap(cell -> Pattern.compile("`(\\w+)`").matcher(cell).results())
            .map(result -> result.group(1))
            .filter(name -> !name.startsWith("_"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> withoutSuffix = new TreeSet<>();
    there.forEach(name -> withoutSuffix.add(name.replaceAll("_(window|fading)$", "")));
    assertThat(named).isEqualTo(withoutSuffix);
  }
}
