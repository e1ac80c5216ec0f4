package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class ProcessClockTest {
  @Test
  void shouldNeverRunBackwardsAndAdvanceWithWork() {
    LongSupplier clock = ProcessClock.here();
    long begin = clock.getAsLong();
    long last = begin;
    for (int i = 0; i < 1_000; i++) {
      long now = clock.getAsLong();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
    assertThat(last).isGreaterThan(begin);
  }
}
