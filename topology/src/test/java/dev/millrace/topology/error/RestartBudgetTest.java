package dev.millrace.topology.error;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.state.StateException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RestartBudgetTest {
  private Instant now = Instant.EPOCH;
  private final RestartBudget budget = new RestartBudget(() -> now);

  @Test
  void shouldReplaceTheThreadThreeTimesWithinTenMinutesAndThenStop() {
    for (int i = 0; i < 3; i++) {
      assertThat(budget.onError(new IllegalStateException("once"))).isEqualTo(REPLACE_THREAD);
      now = now.plus(Duration.ofMinutes(3));
    }
    assertThat(budget.onError(new IllegalStateException("again"))).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void shouldForgetErrorsOfLongAgo() {
    for (int i = 0; i < 20; i++) {
      assertThat(budget.onError(new IllegalStateException("rare"))).isEqualTo(REPLACE_THREAD);
      now = now.plus(Duration.ofMinutes(4));
    }
  }

  @Test
  void shouldStopAtOnceAtAnErrorThatARestartCannotMend() {
    Throwable error = new RuntimeException("thread died", new StateException("block is missing"));
    assertThat(budget.onError(error)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(UserFault.in(error).orElseThrow()).hasMessage("block is missing");
  }
}
