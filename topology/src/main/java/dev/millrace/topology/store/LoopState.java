package dev.millrace.topology.store;

import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.state.StateException;
import dev.millrace.topology.decode.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * What a learning loop must remember beside its model: how far it has come, and which model it is.
 *
 * <pre>
 *   format int32 | read int64 | firstOffset int64 | nextOffset int64
 *   number int32, then so many reasons of dead letters: length int32, name | count int64
 *   number int32, then so many schema ids int32 | number int32, then so many versions int64
 *   then, if there is a model: 1 | schema: length int32, JSON | spec: length int32, JSON; else 0
 *   integers are big-endian, texts UTF-8
 * </pre>
 *
 * @param read events taken
 * @param deadLetters how many of them could not be used, by the reason, in the order of {@link
 *     Reason}; no reason with none
 * @param firstOffset offset of the first event taken since the last snapshot, -1 if none was
 * @param nextOffset one more than the offset of the last event taken, 0 before
 * @param schemaIds the schemas that events were read with, in the order of their first events
 * @param snapshots versions whose snapshots are kept, the oldest first; that of an installed model
 *     is not among them, for it is kept beside them
 * @param schemaJson the writer's schema that the model's spec was resolved with
 */
public record LoopState(
    long read,
    Map<Reason, Long> deadLetters,
    long firstOffset,
    long nextOffset,
    List<Integer> schemaIds,
    List<Long> snapshots,
    Optional<String> schemaJson,
    Optional<ModelSpec> spec) {
  /** The key in the store. */
  public static final String KEY = "meta/loop";

  private static final int FORMAT = 3;

  /** Before the first event. */
  public static LoopState empty() {
    return new LoopState(
        0, Map.of(), -1, 0, List.of(), List.of(), Optional.empty(), Optional.empty());
  }

  /** With one more event read. */
  public LoopState withRead(long offset) {
    if (offset < nextOffset) {
      throw new StateException(
          "offset %d comes after offset %d was taken: the input was put back; an event is never learned twice"
              .formatted(offset, nextOffset - 1));
    }
    long first = firstOffset < 0 ? offset : firstOffset;
    return new LoopState(
        read + 1, deadLetters, first, offset + 1, schemaIds, snapshots, schemaJson, spec);
  }

  /** Events that could not be used. */
  public long deadLettered() {
    return deadLetters.values().stream().mapToLong(Long::longValue).sum();
  }

  /** With the last event dead-lettered. */
  public LoopState withDeadLetter(Reason reason) {
    Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    counts.putAll(deadLetters);
    counts.merge(reason, 1L, Long::sum);
    return new LoopState(
        read,
        Collections.unmodifiableMap(counts),
        firstOffset,
        nextOffset,
        schemaIds,
        snapshots,
        schemaJson,
        spec);
  }

  /** With a snapshot made of all that was taken, so many of the newest being kept. */
  public LoopState withSnapshot(long version, int keep) {
    List<Long> kept = new ArrayList<>(snapshots);
    kept.add(version);
    return new LoopState(
        read,
        deadLetters,
        -1,
        nextOffset,
        schemaIds,
        List.copyOf(kept.subList(Math.max(0, kept.size() - keep), kept.size())),
        schemaJson,
        spec);
  }

  /** With the model of a copy in place of its own, going on with an offset. */
  public LoopState withInstalled(LoopState copy, long offset) {
    return new LoopState(
        read, deadLetters, -1, offset, schemaIds, List.of(), copy.schemaJson, copy.spec);
  }

  /** With a schema that events are read with from now on. */
  public LoopState withSchema(int id) {
    if (schemaIds.contains(id)) {
      return this;
    }
    List<Integer> ids = new ArrayList<>(schemaIds);
    ids.add(id);
    return new LoopState(
        read, deadLetters, firstOffset, nextOffset, List.copyOf(ids), snapshots, schemaJson, spec);
  }

  /** With the model that has come into being. */
  public LoopState withModel(String schemaJson, ModelSpec spec) {
    return new LoopState(
        read,
        deadLetters,
        firstOffset,
        nextOffset,
        schemaIds,
        snapshots,
        Optional.of(schemaJson),
        Optional.of(spec));
  }

  /** The schema that the model's spec was resolved with. */
  public Optional<Schema> schema() {
    return schemaJson.map(json -> new Schema.Parser().parse(json));
  }

  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(FORMAT);
      out.writeLong(read);
      out.writeLong(firstOffset);
      out.writeLong(nextOffset);
      out.writeInt(deadLetters.size());
      for (Map.Entry<Reason, Long> reason : deadLetters.entrySet()) {
        writeText(out, reason.getKey().label());
        out.writeLong(reason.getValue());
      }
      out.writeInt(schemaIds.size());
      for (int id : schemaIds) {
        out.writeInt(id);
      }
      out.writeInt(snapshots.size());
      for (long version : snapshots) {
        out.writeLong(version);
      }
      out.writeByte(spec.isPresent() ? 1 : 0);
      if (spec.isPresent()) {
        writeText(out, schemaJson.orElseThrow());
        writeText(out, spec.get().toJson());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws StateException if these bytes are anything else
   */
  public static LoopState fromBytes(byte[] stored) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      int format = in.readInt();
      if (format != FORMAT) {
        throw new StateException(
            "state has format %d, this program reads %d; run the version that wrote it"
                .formatted(format, FORMAT));
      }
      LoopState state = read(in);
      if (in.available() > 0) {
        throw new StateException("state of the loop has bytes too many: " + in.available());
      }
      return state;
    } catch (IOException e) {
      throw new StateException("state of the loop is cut: " + stored.length + " bytes", e);
    } catch (IllegalArgumentException e) { // no reason, or no spec
      throw new StateException("state of the loop cannot be read: " + e.getMessage(), e);
    }
  }

  private static LoopState read(DataInputStream in) throws IOException {
    long read = in.readLong();
    long firstOffset = in.readLong();
    long nextOffset = in.readLong();
    Map<Reason, Long> deadLetters = new EnumMap<>(Reason.class);
    for (int i = in.readInt(); i > 0; i--) {
      deadLetters.put(Reason.of(readText(in)), in.readLong());
    }
    List<Integer> schemaIds = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      schemaIds.add(in.readInt());
    }
    List<Long> snapshots = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      snapshots.add(in.readLong());
    }
    boolean model = in.readByte() == 1;
    Optional<String> schema = model ? Optional.of(readText(in)) : Optional.empty();
    Optional<ModelSpec> spec =
        model ? Optional.of(ModelSpec.fromJson(readText(in))) : Optional.empty();
    return new LoopState(
        read,
        Collections.unmodifiableMap(deadLetters),
        firstOffset,
        nextOffset,
        schemaIds,
        snapshots,
        schema,
        spec);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new EOFException("a text of " + length + " bytes where " + in.available() + " are");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
