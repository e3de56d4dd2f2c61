package peers;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/** RocksDB as it is set for all stores: one cache and one bound for what is being written. */
public final class Rocks implements RocksDBConfigSetter {
    private static final long CACHE = 256L << 20;
    private static final long WRITING = 128L << 20;

    static {
        RocksDB.loadLibrary();
    }

    private static final Cache SHARED = new LRUCache(CACHE, -1, false, 0.1);
    private static final WriteBufferManager BUFFERS = new WriteBufferManager(WRITING, SHARED);
    private static final BloomFilter BLOOM = new BloomFilter(10, false);

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(SHARED);
        table.setBlockSize(4096);
        table.setFilterPolicy(BLOOM);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinL0FilterAndIndexBlocksInCache(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(BUFFERS);
        options.setWriteBufferSize(16L << 20);
        options.setCompressionType(CompressionType.NO_COMPRESSION);
    }

    @Override
    public void close(String store, Options options) {
        // What is shared lives as long as the process.
    }
}
