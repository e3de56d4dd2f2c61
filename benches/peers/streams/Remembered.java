package peers;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.WindowStore;

/**
 * What is remembered of an instant for a while: ids of events, and orders. Values begin with their
 * instant and lie in windows as long as they are remembered, so that each is found by single
 * lookups, and the store drops old ones by whole segments, without a deletion each.
 */
final class Remembered {
    private final WindowStore<Bytes, byte[]> store;
    private final long span;

    Remembered(WindowStore<Bytes, byte[]> store, long span) {
        this.store = store;
        this.span = span;
    }

    /** The value of a key, if within `span` of an instant; nothing is later than `latest`. */
    byte[] find(Bytes key, long at, long latest) {
        long window = window(at);
        for (long start = window + span; start >= window - span; start -= span) {
            byte[] found = start > latest ? null : store.fetch(key, start);
            if (found != null && Math.abs(instant(found) - at) <= span) {
                return found;
            }
        }
        return null;
    }

    /** Remembers a value under its own instant. */
    void put(Bytes key, byte[] value) {
        store.put(key, value, window(instant(value)));
    }

    private long window(long at) {
        return Math.floorDiv(at, span) * span;
    }

    static long instant(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    /** An id of a customer in eight bytes (FNV-1a, then mixed). */
    static Bytes key(String customer, String id) {
        long hash = mix(mix(0xcbf29ce484222325L, customer) * 0x100000001b3L, id);
        hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
        return Bytes.wrap(ByteBuffer.allocate(8).putLong(hash ^ hash >>> 32).array());
    }

    private static long mix(long hash, String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
