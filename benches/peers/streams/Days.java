package peers;

import java.time.LocalDate;
import java.time.ZoneId;

/** The civil days of a time zone, numbered: a table, so that no event asks the calendar. */
final class Days {
    /** Fits into two bytes, and into the middle of the 22nd century. */
    private static final int COUNT = 65_536;

    private final long[] starts;
    private final long length;

    private Days(long[] starts, long length) {
        this.starts = starts;
        this.length = length;
    }

    /** Days since 1970-01-01 as they begin in a zone. */
    static Days in(ZoneId zone) {
        long[] starts = new long[COUNT];
        LocalDate day = LocalDate.EPOCH;
        for (int i = 0; i < COUNT; i++) {
            starts[i] = day.atStartOfDay(zone).toInstant().toEpochMilli();
            day = day.plusDays(1);
        }
        return new Days(starts, 86_400_000);
    }

    /** Days of any length from an instant on: for measuring what comes due without waiting long. */
    static Days of(long millis, long since) {
        long[] starts = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            starts[i] = since + i * millis;
        }
        return new Days(starts, millis);
    }

    /** The day that an instant lies in; the first or the last of the table if it lies beyond it. */
    int day(long at) {
        int day = (int) Math.max(0, Math.min((at - starts[0]) / length, COUNT - 2));
        if (at < starts[day]) {
            return Math.max(day - 1, 0);
        }
        return at < starts[day + 1] ? day : day + 1;
    }

    /** The first instant of a day. */
    long start(int day) {
        return starts[day];
    }
}
