package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.MemoryUsageType;
import org.rocksdb.MemoryUtil;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class BoundedRocksDbTest {
  private static final int STORES = 8;
  private static final int BLOCKS = 320;
  private static final int BLOCK_BYTES = 128 << 10;
  private static final long ROUNDED = 9 << 20; // a block of memory more in each store, and one

  @TempDir Path dir;

  private static Options options(String store) {
    Options options = new Options().setCreateIfMissing(true);
    options.setTableFormatConfig(new BlockBasedTableConfig());
    new BoundedRocksDb().setConfig(store, options, Map.of());
    return options;
  }

  /** 320 MB in eight stores, of which each alone would keep tens of megabytes. */
  @Test
  void shouldKeepTheMemoryOfAllStoresTogetherWithinWhatTheDocsSay() throws Exception {
    List<Options> options = new ArrayList<>();
    List<RocksDB> stores = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    byte[] block = new byte[BLOCK_BYTES];
    try {
      for (int i = 0; i < STORES; i++) {
        options.add(options("store-" + i));
        stores.add(RocksDB.open(options.getLast(), dir.resolve("store-" + i).toString()));
      }
      for (int i = 0; i < BLOCKS; i++) {
        for (RocksDB store : stores) {
          random.nextBytes(block);
          store.put(key(i), block);
          settle(store);
        }
        assertThat(usage(stores, Set.of(), MemoryUsageType.kMemTableTotal))
            .isPositive()
            .isLessThan(BoundedRocksDb.WRITE_BUFFER_BYTES + ROUNDED);
      }
      for (int i = 0; i < BLOCKS; i++) {
        for (RocksDB store : stores) {
          assertThat(store.get(key(i))).hasSize(BLOCK_BYTES);
        }
      }
      assertThat(usage(List.of(), Set.of(BoundedRocksDb.cache()), MemoryUsageType.kCacheTotal))
          .isGreaterThan(BoundedRocksDb.CACHE_BYTES / 2)
          .isLessThan(BoundedRocksDb.CACHE_BYTES + ROUNDED);
    } finally {
      stores.forEach(RocksDB::close);
      options.forEach(Options::close);
    }
  }

  /** Waits until what is given up is on the disk; till then it is over the budget. */
  private static void settle(RocksDB store) throws RocksDBException, InterruptedException {
    while (store.getLongProperty("rocksdb.num-immutable-mem-table") > 0) {
      Thread.sleep(1);
    }
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static long usage(List<RocksDB> stores, Set<Cache> caches, MemoryUsageType type) {
    return MemoryUtil.getApproximateMemoryUsageByType(stores, caches).get(type);
  }
}
