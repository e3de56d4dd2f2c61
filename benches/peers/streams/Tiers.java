package peers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Takes events in, moves customers on their ladders, and moves those whom time alone moves. */
final class Tiers implements Processor<String, Event, byte[], byte[]> {
    static final String CUSTOMERS = "customers";
    static final String DUE = "due";
    static final String IDS = "ids";
    static final String ORDERS = "orders";
    static final String CHANGES = "changes";
    static final String DEAD_LETTERS = "dead-letters";

    private static final long DAY = 86_400_000;
    private static final long LATENESS = 1000;
    private static final long LATE = 7 * DAY;
    static final long DEDUP = 7 * DAY;
    static final long KEEP = 400 * DAY;
    private static final long STALL_AFTER = 5 * 60_000;
    /** Without a record for so long, everything is taken to have been read. */
    private static final long QUIET = 100;

    private static final byte[] NOTHING = new byte[0];
    private static final int CANCELLED = 1;
    private static final int REFUNDED = 2;

    private final Days days;
    private final Duration sweep;
    private final Customer customer = new Customer();
    private final Change change = new Change();
    private final long[] measured = new long[Ladder.FEATURES];

    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> customers;
    private KeyValueStore<Bytes, byte[]> due;
    private Remembered ids;
    private Remembered orders;

    /** Time as events have brought it about; it never goes back. */
    private long clock;
    /** No deadline in the index is earlier. */
    private long earliest;
    /** At wall time, 0 before any: whoever comes back has a backlog to read first. */
    private long latestRecord;

    Tiers(Days days, Duration sweep) {
        this.days = days;
        this.sweep = sweep;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        customers = context.getStateStore(CUSTOMERS);
        due = context.getStateStore(DUE);
        ids = new Remembered(context.getStateStore(IDS), DEDUP);
        orders = new Remembered(context.getStateStore(ORDERS), KEEP);
        context.schedule(sweep, PunctuationType.WALL_CLOCK_TIME, this::pass);
    }

    @Override
    public void process(Record<String, Event> record) {
        Event event = record.value();
        long now = context.currentSystemTimeMs();
        latestRecord = now;
        if (event.refusal == null && !event.customer.equals(record.key())) {
            event.refusal = "key";
        } else if (event.refusal == null && event.at < clock - LATE) {
            event.refusal = "too_late";
        }
        if (event.refusal == null) {
            take(event);
        }
        if (event.refusal != null) {
            byte[] key = record.key() == null ? null : bytes(record.key());
            context.forward(new Record<>(key, event.raw, Math.max(event.at, 0)), DEAD_LETTERS);
        }
        // The stream time is the latest instant of what was not refused when it was read.
        clock = Math.max(clock, Math.min(context.currentStreamTimeMs() - LATENESS, now));
    }

    private void take(Event event) {
        long latest = context.currentStreamTimeMs();
        Bytes id = Remembered.key(event.customer, event.id);
        if (ids.find(id, event.at, latest) != null) {
            return;
        }
        Bytes key = Bytes.wrap(bytes(event.customer));
        load(customers.get(key));
        long at = Math.max(customer.frontier, event.at);
        Bytes order = null;
        byte[] known = null;
        if (event.order != null && event.kind != Event.Kind.BROWSE) {
            order = Remembered.key(event.customer, event.order);
            known = orders.find(order, at, latest);
            if (known != null && Remembered.instant(known) <= at - KEEP) {
                known = null;
            }
            if (known != null && event.kind == Event.Kind.PURCHASE) {
                event.refusal = "order_exists";
                return;
            }
        }
        ids.put(id, ByteBuffer.allocate(8).putLong(event.at).array());
        // Deadlines that are past have come, even if no sweep has seen them yet.
        catchUp(event.customer, Math.max(at, clock));
        at = Math.max(customer.frontier, event.at);
        absorb(event, order, known);
        judge(event.customer, at, false);
        store(key);
    }

    /** Lets the customer's own deadlines before an instant come first. */
    private void catchUp(String id, long before) {
        while (customer.due != 0 && days.start(customer.due) < before) {
            judge(id, days.start(customer.due), true);
        }
    }

    private void absorb(Event event, Bytes order, byte[] known) {
        int day = days.day(event.at);
        switch (event.kind) {
            case BROWSE -> customer.browse(day);
            case PURCHASE -> {
                customer.book(day, 1, event.amount);
                if (order != null) {
                    enter(order, event.at, event.amount, 0);
                }
            }
            case REFUND -> {
                if (known == null) {
                    customer.book(day, 0, -event.amount);
                } else {
                    correct(order, known, event.amount, REFUNDED);
                }
            }
            case CANCEL -> {
                if (known != null) {
                    correct(order, known, 0, CANCELLED);
                }
            }
        }
    }

    private void enter(Bytes order, long at, long amount, int flags) {
        ByteBuffer value = ByteBuffer.allocate(17).putLong(at).putLong(amount).put((byte) flags);
        orders.put(order, value.array());
    }

    /** Books the difference that a refund or cancellation makes, at the order's own day. */
    private void correct(Bytes order, byte[] known, long back, int flag) {
        ByteBuffer from = ByteBuffer.wrap(known);
        long at = from.getLong();
        long amount = from.getLong();
        int flags = from.get();
        int counted = counts(amount, flags);
        long contributed = contributes(amount, flags);
        enter(order, at, amount - back, flags | flag);
        customer.book(
                days.day(at),
                counts(amount - back, flags | flag) - counted,
                contributes(amount - back, flags | flag) - contributed);
    }

    private static int counts(long amount, int flags) {
        boolean gone = (flags & CANCELLED) != 0 || (flags & REFUNDED) != 0 && amount <= 0;
        return gone ? 0 : 1;
    }

    private static long contributes(long amount, int flags) {
        return (flags & CANCELLED) != 0 ? Math.min(amount, 0) : amount;
    }

    private void judge(String id, long at, boolean byClock) {
        int today = days.day(at);
        customer.prune(today);
        customer.measure(today, measured);
        int value = Ladder.VALUE.judge(customer.value, measured);
        if (value != customer.value) {
            int version = ++customer.valueMoves;
            tell(id, Ladder.VALUE, customer.value, value, at, version, byClock);
            customer.value = value;
        }
        int behaviour = Ladder.BEHAVIOUR.judge(customer.behaviour, measured);
        if (behaviour != customer.behaviour) {
            int version = ++customer.behaviourMoves;
            tell(id, Ladder.BEHAVIOUR, customer.behaviour, behaviour, at, version, byClock);
            customer.behaviour = behaviour;
        }
        customer.frontier = at;
        customer.due = customer.horizon(today, measured);
    }

    private void tell(String id, Ladder ladder, int from, int to, long at, int version,
            boolean byClock) {
        byte[] body = change.write(id, ladder, from, to, at, version, byClock, measured);
        context.forward(new Record<>(bytes(id), body, Math.max(at, 0)), CHANGES);
    }

    private void load(byte[] stored) {
        if (stored == null) {
            customer.clear();
        } else {
            customer.read(stored);
        }
    }

    /** Writes the customer; the index only if it would miss the deadline otherwise. */
    private void store(Bytes key) {
        if (customer.due != 0 && (customer.queued == 0 || customer.due < customer.queued)) {
            if (customer.queued != 0) {
                due.delete(place(days.start(customer.queued), key));
            }
            due.put(place(days.start(customer.due), key), NOTHING);
            customer.queued = customer.due;
            earliest = Math.min(earliest, days.start(customer.due));
        }
        customers.put(key, customer.write());
    }

    /** At wall time: lets the clock go on while the feed is live, and moves those who are due. */
    private void pass(long now) {
        long newest = context.currentStreamTimeMs();
        boolean isQuiet = latestRecord != 0 && now - latestRecord >= QUIET;
        if (isQuiet && now - newest <= STALL_AFTER) {
            clock = Math.max(clock, now - LATENESS);
        }
        if (clock <= earliest) {
            return;
        }
        try (KeyValueIterator<Bytes, byte[]> all = due.range(instant(earliest), instant(clock))) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> one = all.next();
                fire(one.key);
            }
        }
        earliest = clock;
    }

    /** Moves one who may be due; the deadline may have gone on since it was put into the index. */
    private void fire(Bytes place) {
        byte[] bytes = place.get();
        Bytes key = Bytes.wrap(Arrays.copyOfRange(bytes, 8, bytes.length));
        load(customers.get(key));
        catchUp(new String(key.get(), StandardCharsets.UTF_8), clock);
        due.delete(place);
        customer.queued = 0;
        store(key);
    }

    private static Bytes place(long at, Bytes key) {
        byte[] id = key.get();
        return Bytes.wrap(ByteBuffer.allocate(8 + id.length).putLong(at).put(id).array());
    }

    private static Bytes instant(long at) {
        return Bytes.wrap(ByteBuffer.allocate(8).putLong(Math.max(at, 0)).array());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
