package dev.millrace.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are killed: what the build can do of it in a few minutes. */
class CrashRunTest {
  private static final Path PIPELINE = Path.of("crash.yaml");
  private static final Path DATA = Path.of("../examples/data/elec2.csv.gz");
  private static final int ROWS = 2_000;
  private static final int ROWS_PER_SECOND = 400;
  private static final List<KillPoint> WITHIN =
      List.of(
          KillPoint.HOOK_BLOCK,
          KillPoint.BEFORE_COMMIT,
          KillPoint.DURING_COMMIT,
          KillPoint.AFTER_COMMIT,
          KillPoint.RESTORE,
          KillPoint.SNAPSHOT);
  private static final List<KillPoint> AROUND =
      List.of(KillPoint.ZOMBIE, KillPoint.STATE_LOSS, KillPoint.SCALE, KillPoint.BROKER_KILL);

  @TempDir Path dir;
  private Path data;

  @BeforeEach
  void cut() throws IOException {
    try (var rows =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(DATA)), StandardCharsets.UTF_8))) {
      data = Files.write(dir.resolve("rows.csv"), rows.lines().limit(ROWS + 1).toList());
    }
  }

  private CrashRun.Result run(
      List<KillPoint> points, int kills, int partitions, boolean exactlyOnce) throws Exception {
    Path world = Files.createDirectory(dir.resolve("world"));
    return CrashRun.run(
        new CrashRun.Settings(
            PIPELINE, data, kills, 1, partitions, points, exactlyOnce, ROWS_PER_SECOND),
        world,
        System.out::println);
  }

  @Test
  void shouldBeExactAfterAKillAtEachNamedPointAndTellApartWhoReadsAbortedRecords()
      throws Exception {
    CrashRun.Result result = run(WITHIN, WITHIN.size(), 1, true);
    assertThat(result.effective()).isEqualTo(WITHIN.size());
    assertThat(result.byPoint().keySet()).containsExactlyInAnyOrderElementsOf(WITHIN);
    assertThat(result.verdict().outputs().sum()).as(result.toString()).isZero();
    assertThat(result.verdict().weightsEqual()).as(result.toString()).isTrue();
    assertThat(result.verdict().outputs().records()).isGreaterThan(result.verdict().events());
    assertThat(result.passed()).isTrue();

    assertThat(result.uncommitted().exact()).as("the negative control").isFalse();
    assertThat(result.uncommitted().outputs().duplicated()).isPositive();
  }

  @Test
  void shouldBeExactWithZombiesLostStateTwoInstancesAndAKilledBroker() throws Exception {
    CrashRun.Result result = run(AROUND, AROUND.size(), 2, true);
    assertThat(result.effective()).isEqualTo(AROUND.size());
    assertThat(result.verdict().exact()).as(result.toString()).isTrue();
  }

  /** Not even the verifier's blindness to something would be noticed without this. */
  @Test
  void shouldFindBreaksWithExactlyOnceOff() throws Exception {
    CrashRun.Result result = run(List.of(KillPoint.RANDOM), 2, 1, false);
    assertThat(result.passed()).as(result.toString()).isFalse();
    assertThat(result.verdict().outputs().duplicated()).isPositive();
  }
}
