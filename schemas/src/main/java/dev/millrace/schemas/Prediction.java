package dev.millrace.schemas;

import dev.millrace.schemas.wire.FrameDecoder;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * What the model said about one event. The components are those of {@code Prediction.avsc}, which
 * gives their units and ranges; null means absent. Equal if all components are, numbers by their
 * bits. The array is not copied: whoever makes a prediction gives its array away.
 */
public record Prediction(
    String pipeline,
    long modelVersion,
    String topic,
    int partition,
    long offset,
    long eventTime,
    float[] outputs,
    String predictedClass,
    Double predictedValue,
    String labelClass,
    Double labelValue,
    Double loss,
    Double lower,
    Double upper,
    Double setProbabilityMin,
    List<Attribution> attributions,
    Double attributionBaseline,
    Map<String, Double> expertWeights) {
  public static final Schema SCHEMA = MillraceSchemas.PREDICTION;

  /** All integers at their longest, union branches, seven doubles, lengths of the strings. */
  private static final int FIXED_BYTES_MAX = 152;

  /** A double, its name's length, and a name that is not long. */
  private static final int NAMED_DOUBLE_BYTES = 28;

  /** What one feature had to do with a prediction. */
  public record Attribution(String feature, double value) {
    private static final int BYTES_MIN = 1 + Double.BYTES;

    public Attribution {
      Objects.requireNonNull(feature, "feature");
    }
  }

  public Prediction {
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(outputs, "outputs");
    attributions = List.copyOf(attributions);
    expertWeights = TextMaps.sorted(expertWeights);
  }

  /** The framed Avro encoding. Runs once an event: one buffer, one exact copy. */
  public byte[] encode(int schemaId) {
    FrameEncoder out = new FrameEncoder(schemaId, bytesExpected());
    out.writeString(pipeline);
    out.writeLong(modelVersion);
    out.writeString(topic);
    out.writeInt(partition);
    out.writeLong(offset);
    out.writeLong(eventTime);
    out.writeFloats(outputs);
    out.writeNullable(predictedClass);
    out.writeNullable(predictedValue);
    out.writeNullable(labelClass);
    out.writeNullable(labelValue);
    out.writeNullable(loss);
    out.writeNullable(lower);
    out.writeNullable(upper);
    out.writeNullable(setProbabilityMin);
    out.setItemCount(attributions.size());
    for (Attribution attribution : attributions) {
      out.writeString(attribution.feature());
      out.writeDouble(attribution.value());
    }
    out.writeArrayEnd();
    out.writeNullable(attributionBaseline);
    TextMaps.write(out, expertWeights, out::writeDouble);
    return out.frame();
  }

  /**
   * Reads what {@link #encode} writes, under this version of the schema.
   *
   * @throws dev.millrace.schemas.wire.WireFormatException if these bytes are anything else
   */
  public static Prediction decode(byte[] framed) {
    FrameDecoder in = new FrameDecoder(framed);
    Prediction prediction =
        new Prediction(
            in.readString(),
            in.readLong(),
            in.readString(),
            in.readInt(),
            in.readLong(),
            in.readLong(),
            in.readFloats(),
            in.readNullableString(),
            in.readNullableDouble(),
            in.readNullableString(),
            in.readNullableDouble(),
            in.readNullableDouble(),
            in.readNullableDouble(),
            in.readNullableDouble(),
            in.readNullableDouble(),
            attributions(in),
            in.readNullableDouble(),
            TextMaps.read(in, Double.BYTES, in::readDouble));
    in.end();
    return prediction;
  }

  private static List<Attribution> attributions(FrameDecoder in) {
    List<Attribution> attributions = new ArrayList<>();
    for (int count; (count = in.readBlockCount(Attribution.BYTES_MIN)) != 0; ) {
      for (int i = 0; i < count; i++) {
        attributions.add(new Attribution(in.readString(), in.readDouble()));
      }
    }
    return attributions;
  }

  private int bytesExpected() {
    return FIXED_BYTES_MAX
        + pipeline.length()
        + topic.length()
        + outputs.length * Float.BYTES
        + (attributions.size() + expertWeights.size()) * NAMED_DOUBLE_BYTES
        + (predictedClass == null ? 0 : predictedClass.length())
        + (labelClass == null ? 0 : labelClass.length());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prediction that
        && modelVersion == that.modelVersion
        && partition == that.partition
        && offset == that.offset
        && eventTime == that.eventTime
        && pipeline.equals(that.pipeline)
        && topic.equals(that.topic)
        && Arrays.equals(outputs, that.outputs)
        && Objects.equals(predictedClass, that.predictedClass)
        && Objects.equals(predictedValue, that.predictedValue)
        && Objects.equals(labelClass, that.labelClass)
        && Objects.equals(labelValue, that.labelValue)
        && Objects.equals(loss, that.loss)
        && Objects.equals(lower, that.lower)
        && Objects.equals(upper, that.upper)
        && Objects.equals(setProbabilityMin, that.setProbabilityMin)
        && attributions.equals(that.attributions)
        && Objects.equals(attributionBaseline, that.attributionBaseline)
        && expertWeights.equals(that.expertWeights);
  }

  @Override
  public int hashCode() {
    return Objects.hash(pipeline, topic, partition, offset, modelVersion, Arrays.hashCode(outputs));
  }

  @Override
  public String toString() {
    return "Prediction[%s v%d, %s-%d@%d, time=%d, outputs=%s, predicted=%s, label=%s, loss=%s, lower=%s, upper=%s, setProbabilityMin=%s, attributions=%s, attributionBaseline=%s, expertWeights=%s]"
        .formatted(
            pipeline,
            modelVersion,
            topic,
            partition,
            offset,
            eventTime,
            Arrays.toString(outputs),
            predictedClass != null ? predictedClass : predictedValue,
            labelClass != null ? labelClass : labelValue,
            loss,
            lower,
            upper,
            setProbabilityMin,
            attributions,
            attributionBaseline,
            expertWeights);
  }
}
