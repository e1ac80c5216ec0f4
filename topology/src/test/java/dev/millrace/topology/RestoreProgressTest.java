package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RestoreProgressTest {
  private static final TopicPartition FIRST = new TopicPartition("p-model-changelog", 0);
  private static final TopicPartition SECOND = new TopicPartition("p-model-changelog", 1);

  private final List<Restoring> told = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private final RestoreProgress progress =
      new RestoreProgress(
          "p",
          () -> now,
          new StartListener() {
            @Override
            public void restoring(Restoring progress) {
              told.add(progress);
            }

            @Override
            public void running(Duration sinceStart) {}
          });

  private void batch(TopicPartition changelog, long lastOffset, long records, long atMs) {
    now = Instant.EPOCH.plusMillis(atMs);
    progress.onBatchRestored(changelog, "model", lastOffset, records);
  }

  private static Restoring of(String model, long read, long blocks, long atMs, boolean ended) {
    return new Restoring(model, read, 480, blocks, Duration.ofMillis(atMs), ended);
  }

  @Test
  void shouldTellTheStartOnceASecondAndTheEnd() {
    progress.onRestoreStart(FIRST, "model", 20, 500);
    batch(FIRST, 69, 40, 300);
    batch(FIRST, 119, 40, 999);
    batch(FIRST, 139, 16, 1_000); // 120 offsets behind, 96 of which held records
    batch(FIRST, 219, 80, 1_999);
    batch(FIRST, 259, 40, 2_100);
    batch(FIRST, 497, 238, 2_200);
    progress.onRestoreEnd(FIRST, "model", 454);
    assertThat(told)
        .containsExactly(
            of("p-0", 0, 0, 0, false),
            of("p-0", 120, 96, 1_000, false),
            of("p-0", 240, 216, 2_100, false),
            of("p-0", 480, 454, 2_200, true));
    assertThat(told).extracting(Restoring::share).containsExactly(0.0, 0.25, 0.5, 1.0);
  }

  @Test
  void shouldTellEachModelApartAndWhereOneIsGivenUp() {
    progress.onRestoreStart(FIRST, "model", 0, 480);
    progress.onRestoreStart(SECOND, "model", 0, 480);
    batch(SECOND, 119, 100, 500);
    progress.onRestoreSuspended(SECOND, "model", 100);
    batch(FIRST, 239, 240, 1_500);
    assertThat(told.subList(2, 4))
        .containsExactly(of("p-1", 120, 100, 500, true), of("p-0", 240, 240, 1_500, false));
  }
}
