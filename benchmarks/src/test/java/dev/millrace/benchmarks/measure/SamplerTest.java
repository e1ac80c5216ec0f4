package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final long MS = 1_000_000;
  private static final long S = 1_000 * MS;

  /** Whose steps take as long as it is told, on its own clock. */
  private static final class Scripted implements Subject {
    private final IntToLongFunction stepNs;
    private long now;
    private int steps;

    Scripted(IntToLongFunction stepNs) {
      this.stepNs = stepNs;
    }

    @Override
    public void step(int index) {
      assertThat(index).isEqualTo(steps++);
      now += stepNs.applyAsLong(index);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("version", "scripted");
    }

    Samples take() {
      return new Sampler(this, () -> now, () -> 24L * steps).take();
    }
  }

  @Test
  void shouldTakeSamplesOfSeveralStepsUntilTheyLastTwoMilliseconds() {
    Scripted subject = new Scripted(step -> 100_000);
    Samples samples = subject.take();
    assertThat(samples.us()).hasSize(Sampler.SAMPLES).containsOnly(100.0);
    assertThat(samples.facts()).containsEntry("version", "scripted");
    long sampling = Sampler.SAMPLES * 2 * MS;
    assertThat(subject.now).isBetween(2 * S + sampling, 2 * S + sampling + 10 * MS);
  }

  @Test
  void shouldTakeOneStepASampleIfThatLastsLonger() {
    assertThat(new Scripted(step -> 30 * MS).take().us()).containsOnly(30_000.0);
  }

  @Test
  void shouldGoOnWarmingUpWhileStepsBecomeFaster() {
    // each a millisecond faster than the one before, for four seconds
    Scripted subject = new Scripted(step -> Math.max(5, 90 - step) * MS);
    Samples samples = subject.take();
    assertThat(samples.us()).containsOnly(5_000.0);
  }

  @Test
  void shouldWarmUpForThousandsOfSteps() {
    Scripted subject = new Scripted(step -> (step < 11_000 ? 1_000 : 500) * 1_000);
    assertThat(subject.take().us()).containsOnly(500.0);
    assertThat(subject.steps).isGreaterThan(12_000);
  }

  @Test
  void shouldStopWarmingUpAtLast() {
    // each 3 % faster than the one before, for half a minute
    Scripted subject = new Scripted(step -> (long) (MS + 900 * MS * Math.pow(0.97, step)));
    assertThat(subject.take().us()[0]).isGreaterThan(100_000);
  }

  @Test
  void shouldNotCountWhatWasAllocatedOnce() {
    Scripted subject = new Scripted(step -> MS);
    Samples samples =
        new Sampler(subject, () -> subject.now, () -> subject.steps < 12_400 ? 0 : 1_000_000)
            .take();
    assertThat(subject.steps).isGreaterThan(12_400);
    assertThat(samples.bytesPerStep()).isZero();
  }

  @Test
  void shouldCountWhatAStepAllocates() {
    assertThat(new Scripted(step -> MS).take().bytesPerStep()).isEqualTo(24);
  }
}
