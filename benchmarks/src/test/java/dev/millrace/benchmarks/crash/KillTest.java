package dev.millrace.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KillTest {
  private static final List<KillPoint> ALL = List.of(KillPoint.values());

  @Test
  void shouldPlanTheSameKillsForTheSameSeedAndOthersForAnother() {
    assertThat(Kill.plan(ALL, 30, 7)).isEqualTo(Kill.plan(ALL, 30, 7));
    assertThat(Kill.plan(ALL, 30, 7)).isNotEqualTo(Kill.plan(ALL, 30, 8));
  }

  @Test
  void shouldComeToEachPointBeforeAnyComesAgain() {
    List<KillPoint> points = Kill.plan(ALL, 2 * ALL.size(), 7).stream().map(Kill::point).toList();
    assertThat(points.subList(0, ALL.size())).containsExactlyInAnyOrderElementsOf(ALL);
    assertThat(points.subList(ALL.size(), 2 * ALL.size())).containsExactlyInAnyOrderElementsOf(ALL);
  }

  @Test
  void shouldHandATriggerToAnotherProcessUnchanged() {
    for (Kill kill : Kill.plan(ALL, 50, 7)) {
      assertThat(Trigger.parse(kill.trigger().text())).isEqualTo(kill.trigger());
    }
  }

  @Test
  void shouldArmOnlyAfterACommitSoThatEachKillProvesSomething() {
    assertThat(Kill.plan(ALL, 200, 7))
        .filteredOn(kill -> kill.point().inside())
        .allSatisfy(kill -> assertThat(kill.trigger().commits()).isPositive());
  }
}
