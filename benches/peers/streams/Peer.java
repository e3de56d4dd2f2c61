package peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;

/**
 * The shipped ladders on Kafka Streams. Options come as `--name value`; "ready" is printed once it
 * runs. A line "heap" on standard input makes it collect garbage and print how much of its heap is
 * free, and the end of standard input makes it end.
 */
public final class Peer {
    private static final String SEGMENT = Integer.toString(8 << 20);

    private final Map<String, String> options = new HashMap<>();

    private Peer(String[] arguments) {
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Peer peer = new Peer(arguments);
        KafkaStreams streams = new KafkaStreams(peer.topology(), peer.settings());
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            // As a failure of the process, so that nobody waits for it.
            Runtime.getRuntime().halt(1);
            return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                System.out.println("ready");
            }
        });
        streams.start();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("heap")) {
                System.gc();
                System.out.println("free " + Runtime.getRuntime().freeMemory());
            }
        }
        // Without this its group would wait for it to come back until its session runs out.
        streams.close(CloseOptions
                .groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(30)));
    }

    private String option(String name) {
        String value = options.get("--" + name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + " is missing");
        }
        return value;
    }

    private Properties settings() {
        Properties all = new Properties();
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, option("app"));
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, option("brokers"));
        all.put(StreamsConfig.STATE_DIR_CONFIG, option("state"));
        all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, option("threads"));
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, option("commit-ms"));
        all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, option("cache-bytes"));
        all.put(StreamsConfig.POLL_MS_CONFIG, 10);
        all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5000);
        all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, Rocks.class);
        all.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        all.put(StreamsConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5000);
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.CHECK_CRCS_CONFIG), false);
        all.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                4 << 20);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
        all.put(StreamsConfig.topicPrefix(TopicConfig.SEGMENT_BYTES_CONFIG), SEGMENT);
        all.put(StreamsConfig.topicPrefix(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG), "0.1");
        return all;
    }

    private Topology topology() {
        Days days = options.containsKey("--day-ms")
                ? Days.of(Long.parseLong(option("day-ms")), Long.parseLong(option("since")))
                : Days.in(ZoneId.of("Europe/London"));
        Duration sweep = Duration.ofMillis(Long.parseLong(option("sweep-ms")));
        Topology topology = new Topology();
        topology.addSource(AutoOffsetReset.earliest(), "events", new Event.Instant(),
                new StringDeserializer(), new Event.Reader(),
                option("purchases"), option("browsing"));
        topology.addProcessor("tiers", () -> new Tiers(days, sweep), "events");
        topology.addStateStore(keyed(Tiers.CUSTOMERS, true), "tiers");
        topology.addStateStore(keyed(Tiers.DUE, false), "tiers");
        topology.addStateStore(windowed(Tiers.IDS, Tiers.DEDUP), "tiers");
        topology.addStateStore(windowed(Tiers.ORDERS, Tiers.KEEP), "tiers");
        topology.addSink(Tiers.CHANGES, option("changes"), new ByteArraySerializer(),
                new ByteArraySerializer(), "tiers");
        topology.addSink(Tiers.DEAD_LETTERS, option("dead-letters"), new ByteArraySerializer(),
                new ByteArraySerializer(), "tiers");
        return topology;
    }

    /** Only what is written again and again gains by a cache. */
    private StoreBuilder<?> keyed(String name, boolean isRewritten) {
        KeyValueBytesStoreSupplier supplier = isInMemory()
                ? Stores.inMemoryKeyValueStore(name)
                : Stores.persistentKeyValueStore(name);
        var store = Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray());
        boolean cached = isRewritten && !option("cache-bytes").equals("0");
        return cached ? store.withCachingEnabled() : store.withCachingDisabled();
    }

    /** Windows as long as `span`, of which the newest three may still be asked for. */
    private StoreBuilder<?> windowed(String name, long span) {
        Duration window = Duration.ofMillis(span);
        Duration kept = window.multipliedBy(3);
        WindowBytesStoreSupplier supplier = isInMemory()
                ? Stores.inMemoryWindowStore(name, kept, window, false)
                : Stores.persistentWindowStore(name, kept, window, false);
        return Stores.windowStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled();
    }

    private boolean isInMemory() {
        return option("store").equals("memory");
    }
}
