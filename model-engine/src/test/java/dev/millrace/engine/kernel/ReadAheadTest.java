package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadAheadTest {
  @Test
  void readsTheFirstNumberOfEachRow() {
    float[] table = {-1, 10, 11, 20, 21, 30, 31};
    ReadAhead ahead = new ReadAhead();
    ahead.fetch(table, 1, 2, new int[] {2, 0, 1}, 2);
    assertThat(ahead.seen()).isEqualTo(40f);
  }
}
