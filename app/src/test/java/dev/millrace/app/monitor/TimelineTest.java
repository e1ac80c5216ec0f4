package dev.millrace.app.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimelineTest {
  @Test
  void shouldLeaveOutWhatFollowsTooSoon() {
    Timeline<Long> timeline = new Timeline<>(10, 5, Long::longValue);
    for (long place : new long[] {0, 1, 4, 5, 9, 10, 3}) {
      timeline.add(place);
    }
    assertThat(timeline.samples()).containsExactly(0L, 5L, 10L);
  }

  @Test
  void shouldCoverAllOfALongWayInBoundedMemory() {
    Timeline<Long> timeline = new Timeline<>(100, 1, Long::longValue);
    for (long place = 0; place < 1_000_000; place++) {
      timeline.add(place);
    }
    List<Long> samples = timeline.samples();
    assertThat(samples.size()).isBetween(50, 100);
    assertThat(samples.getFirst()).isZero();
    assertThat(samples.getLast()).isGreaterThan(950_000);
    long widest =
        IntStream.range(1, samples.size())
            .mapToLong(i -> samples.get(i) - samples.get(i - 1))
            .max()
            .orElseThrow();
    assertThat(widest).isLessThan(50_000);
  }
}
