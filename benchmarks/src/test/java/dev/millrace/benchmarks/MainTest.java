package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  @Test
  void shouldHaveOneNameForEachBenchmark() {
    assertThat(Main.BENCHMARKS).extracting(Benchmark::name).doesNotHaveDuplicates();
    assertThat(Main.BENCHMARKS).extracting(Benchmark::doc).doesNotContain("");
  }

  @Test
  void shouldRefuseABenchmarkThatThereIsNot() {
    assertThat(refusal("no-such")).contains("no benchmark 'no-such'", "seed-step");
  }

  @Test
  void shouldRefuseACoreThatItMayNotUse() {
    assertThat(refusal("limits", "--core", "100000")).contains("--core is one of", "core=100000");
  }

  private static String refusal(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(new Main()).setErr(new PrintWriter(err));
    assertThat(line.execute(arguments)).isEqualTo(2);
    return err.toString();
  }
}
