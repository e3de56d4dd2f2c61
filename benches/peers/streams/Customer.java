package peers;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is kept of a customer: 23 bytes, and 12 for each day with a purchase. One object is read
 * into again and again; days are numbers of two bytes, 0 for none.
 */
final class Customer {
    /** Days for which an order may still be taken back; then the one before it was the last. */
    private static final int KEPT = 401;
    private static final int HEAD = 23;
    private static final int EACH = 12;

    int value;
    int behaviour;
    /** How often each ladder has moved. */
    int valueMoves;
    int behaviourMoves;
    /** The latest instant of a judging. */
    long frontier;
    /** The day at whose start time alone moves the customer. */
    int due;
    /** The day under which the index of deadlines has the customer; it may be earlier than due. */
    int queued;

    /** The latest day of browsing, and as bits the days before: bit i is i days earlier. */
    private int browsed;
    private int browsing;
    /** Days with purchases, in order, with the orders that count and what they sum to. */
    private int purchases;
    private int[] days = new int[16];
    private int[] orders = new int[16];
    private long[] spent = new long[16];

    /** Nobody yet. */
    void clear() {
        value = behaviour = valueMoves = behaviourMoves = 0;
        frontier = Long.MIN_VALUE;
        due = queued = browsed = browsing = purchases = 0;
    }

    void read(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        int tiers = from.get();
        value = tiers & 15;
        behaviour = tiers >> 4;
        valueMoves = from.getShort() & 0xffff;
        behaviourMoves = from.getShort() & 0xffff;
        frontier = from.getLong();
        due = from.getShort() & 0xffff;
        queued = from.getShort() & 0xffff;
        browsed = from.getShort() & 0xffff;
        browsing = from.getInt();
        purchases = (bytes.length - HEAD) / EACH;
        reserve(purchases);
        for (int i = 0; i < purchases; i++) {
            days[i] = from.getShort() & 0xffff;
            orders[i] = from.getShort() & 0xffff;
            spent[i] = from.getLong();
        }
    }

    byte[] write() {
        byte[] bytes = new byte[HEAD + EACH * purchases];
        ByteBuffer to = ByteBuffer.wrap(bytes);
        to.put((byte) (value | behaviour << 4));
        to.putShort((short) valueMoves).putShort((short) behaviourMoves).putLong(frontier);
        to.putShort((short) due).putShort((short) queued);
        to.putShort((short) browsed).putInt(browsing);
        for (int i = 0; i < purchases; i++) {
            to.putShort((short) days[i]).putShort((short) orders[i]).putLong(spent[i]);
        }
        return bytes;
    }

    /** Notes that the customer came to look around on a day. */
    void browse(int day) {
        int later = day - browsed;
        if (browsed == 0 || later > 31) {
            browsing = 1;
        } else if (later >= 0) {
            browsing = browsing << later | 1;
        } else if (later >= -31) {
            browsing |= 1 << -later;
        }
        browsed = Math.max(browsed, day);
    }

    /** Adds to the orders of a day and to what they sum to. */
    void book(int day, int count, long amount) {
        int at = Arrays.binarySearch(days, 0, purchases, day);
        if (at < 0) {
            at = -at - 1;
            reserve(purchases + 1);
            int behind = purchases - at;
            System.arraycopy(days, at, days, at + 1, behind);
            System.arraycopy(orders, at, orders, at + 1, behind);
            System.arraycopy(spent, at, spent, at + 1, behind);
            days[at] = day;
            orders[at] = 0;
            spent[at] = 0;
            purchases++;
        }
        orders[at] += count;
        spent[at] += amount;
    }

    /** Forgets the days of which nothing can be taken back any more, but the last one. */
    void prune(int today) {
        int gone = 0;
        while (gone < purchases - 1 && days[gone] <= today - KEPT) {
            gone++;
        }
        if (gone > 0) {
            purchases -= gone;
            System.arraycopy(days, gone, days, 0, purchases);
            System.arraycopy(orders, gone, orders, 0, purchases);
            System.arraycopy(spent, gone, spent, 0, purchases);
        }
    }

    /** Measures every feature as of a day. */
    void measure(int today, long[] into) {
        long sum = 0;
        long count = 0;
        for (int i = purchases - 1; i >= 0 && days[i] > today - 90; i--) {
            sum += spent[i];
            count += orders[i];
        }
        int bought = bought();
        int seen = Math.max(bought, browsed);
        into[Ladder.SPEND_90D] = sum;
        into[Ladder.ORDERS_90D] = count;
        into[Ladder.SINCE_PURCHASE] = bought == 0 ? Ladder.NEVER : today - bought;
        into[Ladder.SINCE_SEEN] = seen == 0 ? Ladder.NEVER : today - seen;
        int visible = 30 - (today - browsed);
        into[Ladder.BROWSE_DAYS_30D] =
                visible > 0 ? Integer.bitCount(browsing & (1 << visible) - 1) : 0;
    }

    /** The first day at whose start time alone moves the customer on a ladder, or 0. */
    int horizon(int today, long[] measured) {
        int first = behaviourHorizon();
        int other = valueHorizon(today, measured);
        return first == 0 || other != 0 && other < first ? other : first;
    }

    /** Days leave the window in their order; the first that makes a difference. */
    private int valueHorizon(int today, long[] measured) {
        long spend = measured[Ladder.SPEND_90D];
        long count = measured[Ladder.ORDERS_90D];
        int found = 0;
        for (int i = 0; i < purchases && found == 0; i++) {
            if (days[i] > today - 90) {
                measured[Ladder.SPEND_90D] -= spent[i];
                measured[Ladder.ORDERS_90D] -= orders[i];
                if (Ladder.VALUE.judge(value, measured) != value) {
                    found = days[i] + 90;
                }
            }
        }
        measured[Ladder.SPEND_90D] = spend;
        measured[Ladder.ORDERS_90D] = count;
        return found;
    }

    /** What keeps somebody `active` or `potential` ends on days that are known. */
    private int behaviourHorizon() {
        int bought = bought();
        if (behaviour == Ladder.ACTIVE) {
            int third = browsing & browsing - 1;
            third &= third - 1;
            int browses = third == 0 ? 0 : browsed - Integer.numberOfTrailingZeros(third) + 30;
            return Math.max(bought == 0 ? 0 : bought + 46, browses);
        }
        return behaviour == Ladder.POTENTIAL ? Math.max(bought, browsed) + 121 : 0;
    }

    /** The latest day with an order that counts. */
    private int bought() {
        int at = purchases - 1;
        while (at >= 0 && orders[at] <= 0) {
            at--;
        }
        return at < 0 ? 0 : days[at];
    }

    private void reserve(int count) {
        if (count > days.length) {
            int room = Math.max(count, 2 * days.length);
            days = Arrays.copyOf(days, room);
            orders = Arrays.copyOf(orders, room);
            spent = Arrays.copyOf(spent, room);
        }
    }
}
