package peers;

/** Tiers from the lowest to the highest, with the rules of config/policy.toml written out. */
final class Ladder {
    /** What rules compare, by its place among what is measured; money in 1/10,000, days as days. */
    static final int SPEND_90D = 0;
    static final int ORDERS_90D = 1;
    static final int SINCE_PURCHASE = 2;
    static final int SINCE_SEEN = 3;
    static final int BROWSE_DAYS_30D = 4;
    static final int FEATURES = 5;
    static final String[] NAMES = {
        "spend_90d", "orders_90d", "since_purchase", "since_seen", "browse_days_30d",
    };

    /** What has never happened is longer ago than anything. */
    static final long NEVER = Long.MAX_VALUE;
    static final long POUND = 10_000;

    static final Ladder VALUE = new Ladder(
            "value",
            new String[] {"none", "low", "mid", "high"},
            new Rule[] {
                null,
                all(atLeast(ORDERS_90D, 1)),
                all(atLeast(SPEND_90D, 300 * POUND), atLeast(ORDERS_90D, 2)),
                all(atLeast(SPEND_90D, 1000 * POUND), atLeast(ORDERS_90D, 3)),
            },
            new Rule[] {
                null,
                all(atLeast(ORDERS_90D, 1)),
                all(atLeast(SPEND_90D, 250 * POUND), atLeast(ORDERS_90D, 1)),
                all(atLeast(SPEND_90D, 800 * POUND), atLeast(ORDERS_90D, 2)),
            });

    static final int POTENTIAL = 1;
    static final int ACTIVE = 2;
    static final Ladder BEHAVIOUR = new Ladder(
            "behaviour",
            new String[] {"dormant", "potential", "active"},
            new Rule[] {
                null,
                all(atMost(SINCE_SEEN, 90)),
                any(atMost(SINCE_PURCHASE, 30), atLeast(BROWSE_DAYS_30D, 5)),
            },
            new Rule[] {
                null,
                all(atMost(SINCE_SEEN, 120)),
                any(atMost(SINCE_PURCHASE, 45), atLeast(BROWSE_DAYS_30D, 3)),
            });

    final String name;
    final String[] tiers;
    private final Rule[] enter;
    private final Rule[] keep;

    private Ladder(String name, String[] tiers, Rule[] enter, Rule[] keep) {
        this.name = name;
        this.tiers = tiers;
        this.enter = enter;
        this.keep = keep;
    }

    /** The tier of someone who stands on one, by what was measured. */
    int judge(int stands, long[] measured) {
        int open = tiers.length - 1;
        while (open > 0 && !enter[open].holds(measured)) {
            open--;
        }
        if (open >= stands) {
            return open;
        }
        for (int tier = stands; tier > open; tier--) {
            if (keep[tier].holds(measured)) {
                return tier;
            }
        }
        return open;
    }

    /** The rule that decided a move. */
    Rule decided(int from, int to) {
        return to > from ? enter[to] : keep[from];
    }

    /** Comparisons that must all hold, or one of them. */
    record Rule(boolean all, Comparison[] comparisons) {
        boolean holds(long[] measured) {
            for (Comparison comparison : comparisons) {
                if (comparison.holds(measured) != all) {
                    return !all;
                }
            }
            return all;
        }
    }

    /** A feature held against a number. */
    record Comparison(int feature, boolean atLeast, long threshold) {
        boolean holds(long[] measured) {
            long value = measured[feature];
            return atLeast ? value >= threshold : value <= threshold;
        }
    }

    private static Rule all(Comparison... comparisons) {
        return new Rule(true, comparisons);
    }

    private static Rule any(Comparison... comparisons) {
        return new Rule(false, comparisons);
    }

    private static Comparison atLeast(int feature, long threshold) {
        return new Comparison(feature, true, threshold);
    }

    private static Comparison atMost(int feature, long threshold) {
        return new Comparison(feature, false, threshold);
    }
}
