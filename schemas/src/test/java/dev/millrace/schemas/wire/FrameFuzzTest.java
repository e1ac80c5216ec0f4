package dev.millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import java.util.function.Function;

/** Any bytes are a record of ours or are refused as none; what was read can be written again. */
class FrameFuzzTest {
  private static final int ID = 7;

  @FuzzTest
  void anyBytesAreARecordOrRefused(byte[] framed) {
    readAgain(framed, Metrics::decode, metrics -> metrics.encode(ID));
    readAgain(framed, Prediction::decode, prediction -> prediction.encode(ID));
    readAgain(framed, SnapshotManifest::decode, manifest -> manifest.encode(ID));
    readAgain(framed, SnapshotBlock::decode, block -> block.encode(ID));
  }

  private static <T> void readAgain(
      byte[] framed, Function<byte[], T> decode, Function<T, byte[]> encode) {
    T record;
    try {
      record = decode.apply(framed);
    } catch (WireFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] written = encode.apply(record);
    assertThat(encode.apply(decode.apply(written))).isEqualTo(written);
  }

  /** The first byte of each call says what is read next. */
  @FuzzTest
  void anyReadsOfAnyBytesEndAtTheirEnd(byte[] bytes) {
    AvroCursor cursor = new AvroCursor();
    cursor.reset(bytes, 0);
    float[] floats = new float[8];
    try {
      while (cursor.remaining() > 0) {
        int before = cursor.position();
        switch (bytes[cursor.take(1)] & 7) {
          case 0 -> cursor.readInt();
          case 1 -> cursor.readDouble();
          case 2 -> cursor.readBoolean();
          case 3 -> cursor.readIndex(3);
          case 4 -> cursor.take(cursor.readLength());
          case 5 -> assertThat(cursor.readBlockCount(4)).isBetween(0, cursor.remaining() / 4);
          case 6 -> cursor.readUtf8();
          default -> cursor.readFloats(floats, 0, floats.length);
        }
        assertThat(cursor.position()).isBetween(before + 1, bytes.length);
      }
      cursor.expectEnd();
    } catch (WireFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
