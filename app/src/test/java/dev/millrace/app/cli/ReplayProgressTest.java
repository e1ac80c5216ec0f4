package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class ReplayProgressTest {
  private static final List<String> KINDS = List.of("empty", "truncated", "truncated*");

  @Test
  void shouldLeaveWhatWasNotChosenToALaterRun() {
    ReplayProgress.Run run = new ReplayProgress.Run(ReplayProgress.at(10));
    run.done("empty"); // 10
    run.left(11); // truncated
    run.done("empty"); // 12
    ReplayProgress progress = run.until(13);
    assertThat(progress.base()).isEqualTo(11);
    assertThat(progress.isDone("empty", 12)).isTrue();
    assertThat(progress.isDone("empty", 13)).isFalse();
    assertThat(progress.isDone("truncated", 11)).isFalse();
    assertThat(progress.toOffset().metadata()).isEqualTo("empty=13");
    assertThat(ReplayProgress.of(progress.toOffset())).isEqualTo(progress);
  }

  /** Committed offsets outlive the build that committed them. */
  @Test
  void shouldReadAndWriteTheTextThatAnEarlierBuildCommitted() {
    OffsetAndMetadata golden = new OffsetAndMetadata(11, "empty=17 truncated=120");
    ReplayProgress progress = ReplayProgress.of(golden);
    assertThat(progress)
        .isEqualTo(new ReplayProgress(11, new TreeMap<>(Map.of("empty", 17L, "truncated", 120L))));
    assertThat(progress.toOffset()).isEqualTo(golden);
    assertThat(ReplayProgress.at(11).toOffset()).isEqualTo(new OffsetAndMetadata(11, ""));
  }

  /** Runs of random kinds, stopped anywhere, take each letter once and in the end all. */
  @Test
  void shouldTakeEveryLetterOnceWhateverIsChosenAndWhereverItStops() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 500; round++) {
      List<String> letters = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        letters.add(KINDS.get(random.nextInt(KINDS.size())));
      }
      List<Integer> taken = new ArrayList<>();
      ReplayProgress progress = ReplayProgress.at(0);
      for (int run = 0; run < 6; run++) {
        List<String> chosen = new ArrayList<>(KINDS);
        Collections.rotate(chosen, random.nextInt(KINDS.size()));
        boolean last = run == 5;
        progress =
            ReplayProgress.of(
                run(
                        progress,
                        letters,
                        chosen.subList(0, last ? 3 : random.nextInt(1, 4)),
                        last ? letters.size() : random.nextInt(letters.size() + 1),
                        taken)
                    .toOffset());
      }
      assertThat(taken).hasSize(letters.size()).doesNotHaveDuplicates();
      assertThat(progress).isEqualTo(ReplayProgress.at(letters.size()));
    }
  }

  private static ReplayProgress run(
      ReplayProgress before,
      List<String> letters,
      List<String> chosen,
      int stop,
      List<Integer> taken) {
    ReplayProgress.Run run = new ReplayProgress.Run(before);
    int offset = (int) before.base();
    for (; offset < stop; offset++) {
      String kind = letters.get(offset);
      if (run.isDone(kind, offset)) {
        continue;
      }
      if (chosen.contains(kind)) {
        taken.add(offset);
        run.done(kind);
      } else {
        run.left(offset);
      }
    }
    return run.until(offset);
  }
}
