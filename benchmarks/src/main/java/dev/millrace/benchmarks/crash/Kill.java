package dev.millrace.benchmarks.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One kill of a test, decided before the test begins.
 *
 * @param pauseMs for kills from outside, how long after a commit; for brokers also how long away
 */
record Kill(KillPoint point, Trigger trigger, long pauseMs) {
  private static final int COMMITS_MAX = 4; // before it, within its life
  private static final int RECORDS_MAX = 8; // of the hook or the snapshot; small models have more
  private static final int RESTORED_MAX = 20;
  private static final int DURING_MS_MAX = 20;
  private static final int PAUSE_MS_MAX = 1_500;

  /** So many kills, each point as often as the others, in an order that the seed decides. */
  static List<Kill> plan(List<KillPoint> points, int kills, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Kill> plan = new ArrayList<>();
    List<KillPoint> round = new ArrayList<>();
    while (plan.size() < kills) {
      if (round.isEmpty()) {
        round.addAll(points);
      }
      plan.add(of(round.remove(random.nextInt(round.size())), random));
    }
    return plan;
  }

  private static Kill of(KillPoint point, SplittableRandom random) {
    int commits = random.nextInt(1, COMMITS_MAX + 1);
    int count = random.nextInt(1, (point == KillPoint.RESTORE ? RESTORED_MAX : RECORDS_MAX) + 1);
    int delayMs = point == KillPoint.DURING_COMMIT ? random.nextInt(DURING_MS_MAX + 1) : 0;
    return new Kill(
        point,
        point.inside() ? new Trigger(point, commits, count, delayMs) : Trigger.NONE,
        random.nextInt(PAUSE_MS_MAX));
  }
}
