package dev.millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WireFormatTest {

  @Test
  void shouldFrameWithAZeroByteAndABigEndianId() {
    byte[] framed = WireFormat.frame(0x0102_0304, new byte[] {9, 8});
    assertThat(framed).containsExactly(0, 1, 2, 3, 4, 9, 8);
    assertThat(WireFormat.schemaId(framed)).isEqualTo(0x0102_0304);
  }

  @Test
  void shouldFrameAnEmptyPayload() {
    assertThat(WireFormat.schemaId(WireFormat.frame(7, new byte[0]))).isEqualTo(7);
  }

  @Test
  void shouldSayWhatIsWrongWithATombstone() {
    refuses(null, "value is null (a tombstone), expected a schema id");
  }

  @Test
  void shouldSayWhatIsWrongWithAnEmptyValue() {
    refuses(new byte[0], "value is empty, expected a schema id");
  }

  @Test
  void shouldSayWhatIsWrongWithAShortValue() {
    refuses(new byte[] {0, 0, 0, 1}, "value has 4 bytes, expected at least 5");
  }

  @Test
  void shouldSayWhatIsWrongWithAnotherFormat() {
    refuses("{\"a\":1}".getBytes(), "first byte is 0x7b, expected 0x00");
    refuses(new byte[] {(byte) 0xff}, "first byte is 0xff, expected 0x00");
  }

  private static void refuses(byte[] framed, String message) {
    assertThatThrownBy(() -> WireFormat.schemaId(framed))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining(message);
  }
}
