package dev.millrace.topology.store;

import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Blocks of a model in a logged RocksDB store, written only in Kafka Streams' pre-commit hook.
 *
 * <p>The hook is {@link #flushCache}: an internal interface that Kafka's own caching store
 * implements. It runs before the producer is flushed, so what is written or forwarded from it is in
 * the same transaction as the input offsets. The public {@code flush} and {@code commit} are no
 * such hook: under exactly-once they are not called while a task runs. {@code PipelineTest} holds
 * this against a real broker and must be read at every Kafka upgrade; this class is the only one
 * that touches the interface.
 */
public final class ModelStore
    implements StateStore, CachedStateStore<byte[], byte[]>, BlockReader, BlockWriter {
  private final KeyValueStore<Bytes, byte[]> inner;
  private Runnable beforeCommit = () -> {};

  private ModelStore(KeyValueStore<Bytes, byte[]> inner) {
    this.inner = inner;
  }

  /** What to run before each commit of the task, on its thread; replaces what was set before. */
  public void beforeCommit(Runnable action) {
    beforeCommit = action;
  }

  @Override
  public byte[] get(String key) {
    return inner.get(bytes(key));
  }

  @Override
  public void put(String key, byte[] value) {
    inner.put(bytes(key), value);
  }

  private static Bytes bytes(String key) {
    return Bytes.wrap(key.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void flushCache() {
    beforeCommit.run();
  }

  /** A standby or a recycled task has no processor whose state could be flushed. */
  @Override
  public void clearCache() {
    beforeCommit = () -> {};
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
    return false;
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    inner.init(context, root);
  }

  @Override
  public void commit(Map<TopicPartition, Long> changelogOffsets) {
    inner.commit(changelogOffsets);
  }

  @Override
  public Long committedOffset(TopicPartition partition) {
    return inner.committedOffset(partition);
  }

  @SuppressWarnings(
      "deprecation") // the inner store manages its offsets; without this Kafka wraps us
  @Override
  public boolean managesOffsets() {
    return inner.managesOffsets();
  }

  @Override
  public void close() {
    beforeCommit = () -> {};
    inner.close();
  }

  @Override
  public boolean persistent() {
    return inner.persistent();
  }

  @Override
  public boolean isOpen() {
    return inner.isOpen();
  }

  /** A builder of the store; its changelog has the given topic settings. */
  public static StoreBuilder<ModelStore> builder(String name, Map<String, String> changelog) {
    return new Builder(name, changelog);
  }

  private static final class Builder implements StoreBuilder<ModelStore> {
    private final StoreBuilder<KeyValueStore<Bytes, byte[]>> inner;

    Builder(String name, Map<String, String> changelog) {
      inner =
          Stores.keyValueStoreBuilder(
                  Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
              .withCachingDisabled()
              .withLoggingEnabled(changelog);
    }

    @Override
    public StoreBuilder<ModelStore> withCachingEnabled() {
      throw fixed("caching");
    }

    @Override
    public StoreBuilder<ModelStore> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<ModelStore> withLoggingEnabled(Map<String, String> config) {
      inner.withLoggingEnabled(config);
      return this;
    }

    @Override
    public StoreBuilder<ModelStore> withLoggingDisabled() {
      throw fixed("logging");
    }

    private static IllegalStateException fixed(String what) {
      return new IllegalStateException(what + " of a model store is fixed");
    }

    @Override
    public ModelStore build() {
      return new ModelStore(inner.build());
    }

    @Override
    public Map<String, String> logConfig() {
      return inner.logConfig();
    }

    @Override
    public boolean loggingEnabled() {
      return true;
    }

    @Override
    public String name() {
      return inner.name();
    }
  }
}
