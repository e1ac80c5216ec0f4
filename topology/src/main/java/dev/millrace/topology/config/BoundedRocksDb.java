package dev.millrace.topology.config;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Keeps all state stores of the process within one block cache and one write-buffer budget; Kafka
 * Streams' default is 50 MB of cache and three memtables for each store.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  /** Blocks read, indices, and the write buffers. */
  static final long CACHE_BYTES = 64L << 20;

  /** What was written and is not yet on the disk. */
  static final long WRITE_BUFFER_BYTES = 32L << 20;

  private static final Cache CACHE;
  private static final WriteBufferManager WRITE_BUFFERS;

  static {
    RocksDB.loadLibrary();
    CACHE = new LRUCache(CACHE_BYTES);
    WRITE_BUFFERS = new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);
  }

  static Cache cache() {
    return CACHE;
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setTableFormatConfig(table);
  }

  /** The cache and the budget are the process's own and outlive every store. */
  @Override
  public void close(String storeName, Options options) {}
}
