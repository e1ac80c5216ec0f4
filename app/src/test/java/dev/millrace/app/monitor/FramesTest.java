package dev.millrace.app.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static Frame at(long time) {
    return new Frame("p", time, "RUNNING", Optional.empty(), List.of(), List.of(), 0);
  }

  @Test
  void shouldKeepTheNewestFramesForASlowWatcher() throws InterruptedException {
    Frames frames = new Frames();
    try (Frames.Subscription slow = frames.subscribe()) {
      for (int time = 1; time <= 100; time++) {
        frames.publish(at(time));
      }
      long first = slow.next(Duration.ZERO).orElseThrow().time();
      assertThat(first).isEqualTo(93);
      long last = first;
      for (Optional<Frame> frame = slow.next(Duration.ZERO);
          frame.isPresent();
          frame = slow.next(Duration.ZERO)) {
        last = frame.get().time();
      }
      assertThat(last).isEqualTo(100);
    }
  }

  @Test
  void shouldForgetAWatcherThatHasGone() throws InterruptedException {
    Frames frames = new Frames();
    Frames.Subscription gone = frames.subscribe();
    gone.close();
    frames.publish(at(1));
    assertThat(gone.next(Duration.ZERO)).isEmpty();
  }
}
