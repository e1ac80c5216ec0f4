package dev.millrace.topology.serve;

import dev.millrace.engine.Outcome;
import dev.millrace.engine.Scorer;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.recovery.BrokenSnapshotException;
import dev.millrace.topology.store.LoopState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * One version of one partition's model, ready to be asked by any number of threads; it never
 * changes. As many requests as there are copies are computed at once, the others wait in turn.
 */
public final class ServedModel {
  private final SnapshotManifest manifest;
  private final long eventTime;
  private final ModelSpec spec;
  private final RequestFields fields;
  private final BlockingQueue<RowScorer> copies;

  private ServedModel(
      SnapshotManifest manifest, long eventTime, RequestFields fields, List<RowScorer> copies) {
    this.manifest = manifest;
    this.eventTime = eventTime;
    this.spec = ModelSpec.fromJson(manifest.spec());
    this.fields = fields;
    this.copies = new ArrayBlockingQueue<>(copies.size(), true, copies);
  }

  /**
   * The model of a published copy.
   *
   * @param blocks that have been checked; each is let go once it has been taken
   * @param eventTime the timestamp of the last event that the model has learned
   * @param copies how many requests can be computed at once
   * @throws BrokenSnapshotException if the blocks make no model
   */
  static ServedModel of(
      SnapshotManifest manifest,
      Map<String, byte[]> blocks,
      long eventTime,
      Kernels kernels,
      int copies) {
    try {
      LoopState state = LoopState.fromBytes(take(blocks, LoopState.KEY));
      Schema events =
          state.schema().orElseThrow(() -> new StateException("the copy states no schema"));
      ModelSpec spec = ModelSpec.fromJson(manifest.spec());
      RequestFields fields = new RequestFields(events, spec);
      List<RowScorer> scorers = new ArrayList<>();
      for (int copy = 0; copy < copies; copy++) {
        BlockReader reader = copy == copies - 1 ? blocks::remove : blocks::get;
        scorers.add(new RowScorer(new Scorer(spec, kernels, reader), fields));
      }
      return new ServedModel(manifest, eventTime, fields, scorers);
    } catch (StateException e) {
      throw new BrokenSnapshotException(
          "%s/%d makes no model: %s"
              .formatted(manifest.model(), manifest.version(), e.getMessage()));
    }
  }

  private static byte[] take(Map<String, byte[]> blocks, String key) {
    byte[] block = blocks.remove(key);
    if (block == null) {
      throw new StateException("block is missing, key=" + key);
    }
    return block;
  }

  /** Name of the model: {@code elec2-0}. */
  public String name() {
    return manifest.model();
  }

  /** The input partition that it has learned from. */
  public int partition() {
    return manifest.lineage().partition();
  }

  /** The version that all predictions of this model carry. */
  public long version() {
    return manifest.version();
  }

  /** The offset of the last event that it has seen. */
  public long lastOffset() {
    return manifest.lineage().lastOffset();
  }

  /** The timestamp of that event in milliseconds. */
  public long eventTime() {
    return eventTime;
  }

  /** The label's classes in the order of the outputs; none in a regression. */
  public List<String> classes() {
    return spec.label().classes();
  }

  /** Whether predictions come with bounds. */
  public boolean hasBounds() {
    return spec.label().coverage() > 0;
  }

  /** What a request may state. */
  public List<InputField> inputs() {
    return fields.fields();
  }

  /**
   * What the model says of each row of a request, in order.
   *
   * @throws RequestException if a row is no event of this model
   */
  public void score(List<Column> columns, int rows, Outcome.Consumer each)
      throws InterruptedException {
    borrow(
        copy ->
            copy.score(
                columns,
                rows,
                outcome -> {
                  outcome.version = version();
                  each.accept(outcome);
                }));
  }

  /**
   * What the model says of an event that a producer wrote.
   *
   * @throws dev.millrace.topology.decode.BadEventException if it is no event that the model can use
   */
  public void score(byte[] value, LearningLoop.Schemas schemas, Outcome.Consumer each)
      throws InterruptedException {
    borrow(
        copy ->
            copy.score(
                value,
                schemas,
                outcome -> {
                  outcome.version = version();
                  each.accept(outcome);
                }));
  }

  private void borrow(Consumer<RowScorer> use) throws InterruptedException {
    RowScorer copy = copies.take();
    try {
      use.accept(copy);
    } finally {
      copies.add(copy);
    }
  }
}
