package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * How one model stands after one input offset. The components are those of {@code Metrics.avsc},
 * which gives their units and ranges.
 */
public record Metrics(
    String pipeline,
    int partition,
    long offset,
    long modelVersion,
    long read,
    long predicted,
    long deadLettered,
    Map<String, Long> deadLetters,
    long labelled,
    long learned,
    long pending,
    long rejected,
    long undersampled,
    long skippedSteps,
    Map<String, Double> metrics,
    String weightsDigest) {
  public static final Schema SCHEMA = MillraceSchemas.METRICS;

  private static final int BYTES_EXPECTED = 512;

  /** Copies the maps, in the order of their keys. */
  public Metrics {
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(weightsDigest, "weightsDigest");
    deadLetters = TextMaps.sorted(deadLetters);
    metrics = TextMaps.sorted(metrics);
  }

  /** The framed Avro encoding. */
  public byte[] encode(int schemaId) {
    FrameEncoder out = new FrameEncoder(schemaId, BYTES_EXPECTED);
    out.writeString(pipeline);
    out.writeInt(partition);
    out.writeLong(offset);
    out.writeLong(modelVersion);
    out.writeLong(read);
    out.writeLong(predicted);
    out.writeLong(deadLettered);
    TextMaps.write(out, deadLetters, out::writeLong);
    out.writeLong(labelled);
    out.writeLong(learned);
    out.writeLong(pending);
    out.writeLong(rejected);
    out.writeLong(undersampled);
    out.writeLong(skippedSteps);
    TextMaps.write(out, metrics, out::writeDouble);
    out.writeString(weightsDigest);
    return out.frame();
  }

  /**
   * Reads what {@link #encode} writes, under this version of the schema.
   *
   * @throws dev.millrace.schemas.wire.WireFormatException if these bytes are anything else
   */
  public static Metrics decode(byte[] framed) {
    FrameDecoder in = new FrameDecoder(framed);
    Metrics metrics =
        new Metrics(
            in.readString(),
            in.readInt(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            TextMaps.read(in, 1, in::readLong),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            TextMaps.read(in, Double.BYTES, in::readDouble),
            in.readString());
    in.end();
    return metrics;
  }
}
