package dev.millrace.benchmarks.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Kills a pipeline again and again while events arrive, and says what came of it. */
final class CrashRun {
  /**
   * What a user may set.
   *
   * @param partitions of the input, each with a model of its own
   * @param exactlyOnce false for the negative control
   */
  record Settings(
      Path pipeline,
      Path data,
      int kills,
      long seed,
      int partitions,
      List<KillPoint> points,
      boolean exactlyOnce,
      int rowsPerSecond) {
    /** Long without exactly-once, so that a kill falls between an output and its commit. */
    int commitMs() {
      return exactlyOnce ? 200 : 2_000;
    }
  }

  /**
   * What came of a test.
   *
   * @param effective kills that came after at least one commit
   * @param byPoint kills by point
   * @param verdict of a reader of committed records
   * @param uncommitted of one who takes the aborted ones too: the negative control
   */
  record Result(
      int kills,
      int effective,
      Map<KillPoint, Integer> byPoint,
      Verdict verdict,
      Verdict uncommitted,
      double seconds) {
    boolean passed() {
      return verdict.exact() && effective == kills;
    }
  }

  private CrashRun() {}

  /**
   * Runs a test.
   *
   * @param dir exists, and is empty
   * @param progress is told, line by line, how far it has come
   * @throws CrashException if the pipeline did not go on
   */
  static Result run(Settings settings, Path dir, Consumer<String> progress)
      throws IOException, InterruptedException, ExecutionException {
    long start = System.nanoTime();
    int effective = 0;
    Map<KillPoint, Integer> byPoint = new LinkedHashMap<>();
    try (World world = new World(settings, dir)) {
      Scenarios scenarios = new Scenarios(world);
      world.feeder().start();
      for (Kill kill : Kill.plan(settings.points(), settings.kills(), settings.seed())) {
        boolean proves = scenarios.run(kill);
        effective += proves ? 1 : 0;
        int number = byPoint.merge(kill.point(), 1, Integer::sum);
        progress.accept(
            "%.0f s: %s %d%s, %d events committed"
                .formatted(
                    seconds(start),
                    kill.point().label(),
                    number,
                    proves ? "" : " (proved nothing)",
                    Group.sum(world.group().committed())));
      }
      int passes = world.feeder().finish();
      scenarios.finish();
      progress.accept("%.0f s: all events are committed".formatted(seconds(start)));
      Verifier verifier = new Verifier(world.pipeline(), world.schema(), settings.partitions());
      verifier.awaitDecided();
      return new Result(
          settings.kills(),
          effective,
          byPoint,
          verifier.verify(Log.COMMITTED, settings.data(), passes),
          verifier.verify(Log.UNCOMMITTED, settings.data(), passes),
          seconds(start));
    }
  }

  private static double seconds(long startNanos) {
    return (double) (System.nanoTime() - startNanos) / TimeUnit.SECONDS.toNanos(1);
  }
}
