package peers;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.HexFormat;

/** The body of a change as docs/changes.md describes it, written without a tree. */
final class Change {
    private static final String POLICY = policy();
    private final StringBuilder to = new StringBuilder(512);

    /** One move of one customer, with the comparisons of the rule that decided. */
    byte[] write(String customer, Ladder ladder, int from, int tier, long at, int version,
            boolean byClock, long[] measured) {
        to.setLength(0);
        to.append("{\"customer_id\":\"");
        escaped(customer);
        to.append("\",\"ladder\":\"").append(ladder.name);
        to.append("\",\"from\":\"").append(ladder.tiers[from]);
        to.append("\",\"to\":\"").append(ladder.tiers[tier]);
        to.append("\",\"direction\":\"").append(tier > from ? "up" : "down");
        to.append("\",\"effective_at\":\"");
        instant(at);
        to.append("\",\"version\":").append(version);
        to.append(",\"cause\":\"").append(byClock ? "clock" : "event").append("\",\"reason\":[");
        Ladder.Comparison[] comparisons = ladder.decided(from, tier).comparisons();
        for (int i = 0; i < comparisons.length; i++) {
            to.append(i == 0 ? "" : ",");
            comparison(comparisons[i], measured[comparisons[i].feature()]);
        }
        to.append("],\"policy\":").append(POLICY).append('}');
        return to.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void comparison(Ladder.Comparison one, long value) {
        to.append("{\"feature\":\"").append(Ladder.NAMES[one.feature()]).append("\",\"value\":");
        measure(one.feature(), value);
        to.append(one.atLeast() ? ",\"op\":\">=\"" : ",\"op\":\"<=\"").append(",\"threshold\":");
        measure(one.feature(), one.threshold());
        boolean holds = one.atLeast() ? value >= one.threshold() : value <= one.threshold();
        to.append(",\"holds\":").append(holds).append('}');
    }

    private void measure(int feature, long value) {
        if (value == Ladder.NEVER) {
            to.append("null");
        } else if (feature == Ladder.SPEND_90D) {
            long pence = Math.abs(value) / 100;
            to.append(value < 0 ? "\"-" : "\"").append(pence / 100).append('.');
            padded(pence % 100, 2);
            to.append('"');
        } else if (feature == Ladder.SINCE_PURCHASE || feature == Ladder.SINCE_SEEN) {
            to.append('"').append(value).append("d\"");
        } else {
            to.append(value);
        }
    }

    private void instant(long at) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(at, 86_400_000L));
        long rest = Math.floorMod(at, 86_400_000L);
        padded(day.getYear(), 4);
        to.append('-');
        padded(day.getMonthValue(), 2);
        to.append('-');
        padded(day.getDayOfMonth(), 2);
        to.append('T');
        padded(rest / 3_600_000, 2);
        to.append(':');
        padded(rest / 60_000 % 60, 2);
        to.append(':');
        padded(rest / 1000 % 60, 2);
        to.append('.');
        padded(rest % 1000, 3);
        to.append('Z');
    }

    private void padded(long number, int width) {
        for (long least = width == 4 ? 1000 : width == 3 ? 100 : 10;
                least > 1 && number < least; least /= 10) {
            to.append('0');
        }
        to.append(number);
    }

    private void escaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            char sign = text.charAt(i);
            if (sign == '"' || sign == '\\') {
                to.append('\\');
            }
            to.append(sign);
        }
    }

    /** As long as tidemark's. */
    private static String policy() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest("retail".getBytes(
                    StandardCharsets.UTF_8));
            return "{\"name\":\"retail\",\"version\":1,\"hash\":\""
                    + HexFormat.of().formatHex(hash) + "\"}";
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException("every Java has SHA-256", error);
        }
    }
}
