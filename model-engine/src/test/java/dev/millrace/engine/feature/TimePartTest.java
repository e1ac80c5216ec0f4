package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimePartTest {
  @Test
  void shouldAgreeWithTheCalendarOnAnyMoment() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 100_000; i++) {
      long millis = random.nextLong(-100_000_000_000_000L, 100_000_000_000_000L);
      LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
      assertThat(TimePart.HOUR.category(millis)).isEqualTo(time.getHour());
      assertThat(TimePart.WEEKDAY.category(millis)).isEqualTo(time.getDayOfWeek().getValue() - 1);
      assertThat(TimePart.YEARDAY.category(millis))
          .as("%s", time)
          .isEqualTo(time.getDayOfYear() - 1);
      assertThat(TimePart.days(millis)).isCloseTo(millis / 86_400_000.0, within(1e-6));
    }
  }

  @Test
  void shouldPutTheLastHourBesideTheFirst() {
    float[] midnight = new float[2];
    float[] before = new float[2];
    TimePart.HOUR.cycle(0, midnight, 0);
    TimePart.HOUR.cycle(-60_000, before, 0);
    assertThat(midnight).containsExactly(0, 1);
    assertThat(before[0]).isCloseTo(0, within(0.005f));
    assertThat(before[1]).isCloseTo(1, within(0.005f));
  }

  @Test
  void shouldNameAsManyCategoriesAsThereAre() {
    assertThat(TimePart.HOUR.categories()).hasSize(24).startsWith("0").endsWith("23");
    assertThat(TimePart.WEEKDAY.categories()).hasSize(7);
    assertThat(TimePart.YEARDAY.categories()).hasSize(366).startsWith("1").endsWith("366");
  }

  @Test
  void shouldCountAnyUnitWithoutOverflow() {
    assertThat(TimeUnit.DAYS.millis(2)).isEqualTo(172_800_000);
    assertThat(TimeUnit.MICROS.millis(-1)).isEqualTo(-1);
    assertThat(TimeUnit.DAYS.millis(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    for (TimeUnit unit : TimeUnit.values()) {
      for (long number : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
        for (TimePart part : TimePart.values()) {
          if (part.isCyclic()) {
            int category = part.category(unit.millis(number));
            assertThat(category).isBetween(0, part.categories().size() - 1);
          }
        }
      }
    }
  }
}
