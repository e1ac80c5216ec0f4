package dev.millrace.topology.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millrace.engine.state.StateException;

/** Any bytes are a state or are refused as none. */
class LoopStateFuzzTest {
  @FuzzTest
  void anyBytesAreAStateOrRefused(byte[] stored) {
    LoopState state;
    try {
      state = LoopState.fromBytes(stored);
    } catch (StateException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(LoopState.fromBytes(state.toBytes())).isEqualTo(state);
  }
}
