package dev.millrace.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.limits.Limits;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.measure.Task;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimeTrialTest {
  @Test
  void shouldCountExamplesByTheMedianAndCompareTheFifthPercentileWithTheLimit() {
    Task task = Task.of(Task.Work.FORWARD, 1000, "500:linear", "mean_squared_error", "sgd", 10);
    Map<String, Double> figures =
        TimeTrial.figures(
            task,
            new Spread(250, 150, 900, 200.0),
            new Limits.Limit(100, 100),
            new Samples(new double[] {}, 0, Map.of(EngineProcess.PEAK_MB, "80")));
    assertThat(figures.get("examples_per_s")).isCloseTo(40_000, within(1e-6));
    assertThat(figures.get("gflops")).isCloseTo(50, within(1e-9));
    assertThat(figures.get("share_of_fma_peak")).isCloseTo(0.5, within(1e-9));
    assertThat(figures.get("limit_us")).isEqualTo(100);
    assertThat(figures.get("ratio_to_limit")).isEqualTo(0.5);
    assertThat(figures.get("bytes_per_step")).isZero();
    assertThat(figures.get("peak_mb")).isEqualTo(80);
  }
}
