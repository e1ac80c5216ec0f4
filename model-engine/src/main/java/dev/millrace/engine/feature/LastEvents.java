package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * When the text of each row came last, by the number of the event, so that it can be forgotten.
 *
 * <p>A hand goes round the rows and finds those that are due, {@value #ROWS_AN_EVENT} rows for each
 * event: its cost follows the events and not the rows, and a text is forgotten at the latest when
 * half as many events as there are rows have gone by after it was due.
 *
 * <pre>
 *   last[row]   the number of the event, from 1                 8 bytes a row
 *   clock       events so far | events at the last sweep
 * </pre>
 */
final class LastEvents {
  private static final int ROWS_AN_EVENT = 2;
  private static final int NOW = 0;
  private static final int SWEPT = 1;

  private final long expireAfter;
  private final long[] last;
  private final TouchedBlocks touched;
  private final long[] clock = new long[2];

  LastEvents(int rows, long expireAfter) {
    this.expireAfter = expireAfter;
    last = new long[rows];
    touched = new TouchedBlocks(rows, Long.BYTES);
  }

  /** Counts an event of a text, which may have a row. */
  void add(int row) {
    clock[NOW]++;
    if (row != GrowingVocabulary.UNKNOWN) {
      last[row] = clock[NOW];
      touched.touch(row);
    }
  }

  /** Shows the rows that the hand goes over whose last event is due; also those that are free. */
  void sweep(IntConsumer due) {
    long events = clock[NOW] - clock[SWEPT];
    long rows = Math.min(last.length, ROWS_AN_EVENT * events);
    long first = ROWS_AN_EVENT * clock[SWEPT];
    for (long i = first; i < first + rows; i++) {
      int row = (int) (i % last.length);
      if (clock[NOW] - last[row] >= expireAfter) {
        due.accept(row);
      }
    }
    clock[SWEPT] = clock[NOW];
  }

  List<StateArray> state(String name) {
    return List.of(
        StateArray.of(name + ".clock", clock),
        touched.state(name + ".touched"),
        StateArray.of(name, last, Optional.of(touched)));
  }

  void forget() {
    Arrays.fill(last, 0);
    touched.forget();
  }
}
