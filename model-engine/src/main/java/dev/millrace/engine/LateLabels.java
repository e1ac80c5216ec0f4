package dev.millrace.engine;

import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.StateException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Labelled events whose label is not known yet, as it comes a stated number of events late. The
 * label of event t is known once event t + delay is predicted. An event counts all events that were
 * taken, labelled or not, from 0.
 *
 * <p>A row waits featurised, as its numbers joined the statistics when it came. Each waiting event
 * is a block {@code wait/<i>}, i being its number among labelled events modulo the delay:
 *
 * <pre>
 *   event int64 | texts: count int32, keys int64 | note: length int32, float64 | row as in {@link Rows}
 *   the note is empty if the event was scored already               little-endian
 * </pre>
 */
final class LateLabels {
  private static final String KEY = "wait/";
  private static final byte[] NONE = {};

  /** One labelled event. */
  static final class Waiting {
    private final long event;
    private final long offset;

    /** The row, as it is stored. */
    byte[] row;

    /** The texts that join growing vocabularies once the label is known. */
    final long[] texts;

    double[] note; // of its prediction; empty once it was scored

    private Waiting(long event, long offset, byte[] row, long[] texts, double[] note) {
      this.event = event;
      this.offset = offset;
      this.row = row;
      this.texts = texts;
      this.note = note;
    }

    long offset() {
      return offset;
    }

    private byte[] toBytes() {
      int length = Long.BYTES * (1 + texts.length + note.length) + 2 * Integer.BYTES + row.length;
      ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(event).putInt(texts.length);
      for (long text : texts) {
        bytes.putLong(text);
      }
      bytes.putInt(note.length);
      for (double value : note) {
        bytes.putDouble(value);
      }
      return bytes.put(row).array();
    }

    private static Waiting fromBytes(byte[] stored) {
      ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
      try {
        long event = bytes.getLong();
        long[] texts = new long[length(bytes)];
        for (int i = 0; i < texts.length; i++) {
          texts[i] = bytes.getLong();
        }
        double[] note = new double[length(bytes)];
        for (int i = 0; i < note.length; i++) {
          note[i] = bytes.getDouble();
        }
        byte[] row = new byte[bytes.remaining()];
        long offset = bytes.getLong(bytes.position());
        bytes.get(row);
        return new Waiting(event, offset, row, texts, note);
      } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
        throw new StateException("a waiting row ends too early, bytes=" + stored.length, e);
      }
    }

    private static int length(ByteBuffer bytes) {
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining() / Long.BYTES) {
        throw new BufferUnderflowException();
      }
      return length;
    }
  }

  private final int delay;
  private final int noteLength;
  private final Deque<Waiting> unpredicted = new ArrayDeque<>();
  private final Deque<Waiting> unscored = new ArrayDeque<>();
  private final Deque<Waiting> unlearned = new ArrayDeque<>();
  private int unstored; // of those not learned, the last so many are not in the store

  LateLabels(int delay, int noteLength) {
    this.delay = delay;
    this.noteLength = noteLength;
  }

  /** Whether labels come late at all. */
  boolean areLate() {
    return delay > 0;
  }

  /** How many labels are to come. */
  int count() {
    return unlearned.size();
  }

  /** Takes an event, to be predicted next of those here. */
  void add(long event, long offset, byte[] row, long[] texts) {
    Waiting waiting = new Waiting(event, offset, row, texts, new double[noteLength]);
    unpredicted.add(waiting);
    unscored.add(waiting);
    unlearned.add(waiting);
    unstored++;
  }

  /** The event whose label is known once this one is predicted, to be learned; null if none is. */
  Waiting learnedAfter(long event) {
    Waiting oldest = unlearned.peek();
    if (oldest == null || oldest.event + delay > event) {
      return null;
    }
    unstored = Math.min(unstored, unlearned.size() - 1);
    return unlearned.remove();
  }

  /** The event at the offset, which is predicted now; null if it is none of these. */
  Waiting predicted(long offset) {
    Waiting next = unpredicted.peek();
    return next == null || next.offset != offset ? null : unpredicted.remove();
  }

  /** Scores the events whose labels are known once this one is predicted. */
  void scoreAfter(long event, Consumer<double[]> metrics) {
    while (!unscored.isEmpty() && unscored.peek().event + delay <= event) {
      score(metrics);
    }
  }

  /** Scores every event, though its label has not come. */
  void scoreAll(Consumer<double[]> metrics) {
    assert unpredicted.isEmpty() : "an event is predicted before it is scored";
    while (!unscored.isEmpty()) {
      score(metrics);
    }
    unstored = unlearned.size();
  }

  private void score(Consumer<double[]> metrics) {
    Waiting waiting = unscored.remove();
    metrics.accept(waiting.note);
    waiting.note = new double[0];
  }

  /**
   * Writes the events that the store has not.
   *
   * @param labelled labelled events so far, those here being the last of them
   */
  void writeChanged(BlockWriter writer, long labelled) {
    int skip = unlearned.size() - unstored;
    long number = labelled - unlearned.size();
    for (Waiting waiting : unlearned) {
      if (skip-- <= 0) {
        writer.put(KEY + number % delay, waiting.toBytes());
      }
      number++;
    }
    unstored = 0;
  }

  /**
   * Writes the events, and an empty block for each more that there could be: so the blocks of two
   * copies have the same keys, and the one can be retired by the other's.
   */
  void writeAll(BlockWriter writer, long labelled) {
    byte[][] blocks = new byte[delay][];
    Arrays.fill(blocks, NONE);
    long number = labelled - unlearned.size();
    for (Waiting waiting : unlearned) {
      blocks[(int) (number++ % delay)] = waiting.toBytes();
    }
    for (int i = 0; i < delay; i++) {
      writer.put(KEY + i, blocks[i]);
    }
  }

  /** Forgets the events. */
  void clear() {
    unpredicted.clear();
    unscored.clear();
    unlearned.clear();
    unstored = 0;
  }

  /** Takes so many events that {@link #writeChanged} or {@link #writeAll} wrote. */
  void read(BlockReader reader, long count, long labelled) {
    if (count < 0 || count > Math.min(delay, labelled)) {
      throw new StateException("%d labels are late by %d events".formatted(count, delay));
    }
    clear();
    for (long number = labelled - count; number < labelled; number++) {
      byte[] stored = reader.get(KEY + number % delay);
      if (stored == null) {
        throw new StateException("block is missing, key=" + KEY + number % delay);
      }
      Waiting waiting = Waiting.fromBytes(stored);
      unlearned.add(waiting);
      if (waiting.note.length == noteLength) {
        unscored.add(waiting);
      } else if (waiting.note.length != 0) {
        throw new StateException("a waiting row has a note of " + waiting.note.length);
      }
    }
    unstored = 0;
  }
}
