package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** One thing that a customer did, as docs/events.md describes it. */
final class Event {
    enum Kind { PURCHASE, REFUND, CANCEL, BROWSE }

    Kind kind;
    String id;
    String customer;
    String order;
    /** Milliseconds since 1970. */
    long at = -1;
    /** In 1/10,000; -1 where there is none. */
    long amount = -1;
    private String currency = "GBP";
    /** Why it cannot be taken in, or null. */
    String refusal;
    /** The record as it came. */
    byte[] raw;

    /** Records as Streams reads them; what cannot be read says so, and is set aside later. */
    static final class Reader implements Deserializer<Event> {
        private final JsonFactory json = new JsonFactory();

        @Override
        public Event deserialize(String topic, byte[] data) {
            Event event = new Event();
            event.raw = data;
            if (data == null) {
                event.refusal = "no_value";
                return event;
            }
            try (JsonParser from = json.createParser(data)) {
                event.read(from);
                event.check();
            } catch (IOException | DateTimeException | ArithmeticException
                    | NumberFormatException error) {
                event.refusal = "malformed";
            }
            return event;
        }
    }

    /** What orders the two topics: the instant of the event. What is refused moves no clock. */
    static final class Instant implements TimestampExtractor {
        private static final long AHEAD = 10 * 60_000;

        @Override
        public long extract(ConsumerRecord<Object, Object> record, long before) {
            Event event = (Event) record.value();
            if (event.refusal == null && event.at > System.currentTimeMillis() + AHEAD) {
                event.refusal = "future";
            }
            return event.refusal == null ? event.at : Math.max(before, 0);
        }
    }

    private void read(JsonParser from) throws IOException {
        if (from.nextToken() != JsonToken.START_OBJECT) {
            throw new NumberFormatException("no object");
        }
        for (String name = from.nextFieldName(); name != null; name = from.nextFieldName()) {
            from.nextToken();
            switch (name) {
                case "event_id" -> id = from.getText();
                case "customer_id" -> customer = from.getText();
                case "kind" -> kind = kind(from.getText());
                case "occurred_at" -> at = instant(from);
                case "order_id" -> order = from.getText();
                case "amount" -> amount = money(from.getText());
                case "currency" -> currency = from.getText();
                default -> from.skipChildren();
            }
        }
    }

    private void check() {
        boolean pays = kind == Kind.PURCHASE || kind == Kind.REFUND;
        if (id == null || customer == null || kind == null || at < 0
                || pays && amount < 0 || kind == Kind.CANCEL && order == null) {
            refusal = "malformed";
        } else if (!currency.equals("GBP")) {
            refusal = "unknown_currency";
        }
    }

    private static Kind kind(String name) {
        return switch (name) {
            case "purchase" -> Kind.PURCHASE;
            case "refund" -> Kind.REFUND;
            case "cancel" -> Kind.CANCEL;
            case "view", "search", "cart", "visit" -> Kind.BROWSE;
            default -> null;
        };
    }

    private static long instant(JsonParser from) throws IOException {
        if (from.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return from.getLongValue();
        }
        String text = from.getText();
        // Nearly all look like 2026-03-02T08:15:30.250Z; only others need the library.
        if (text.length() != 24 || text.charAt(23) != 'Z' || text.charAt(19) != '.') {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        // Days of a calendar whose years begin in March, so that leap days come last.
        int years = month <= 2 ? year - 1 : year;
        int days = 365 * years + years / 4 - years / 100 + years / 400
                + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719_468;
        int seconds = digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60
                + digits(text, 17, 19);
        return (days * 86_400L + seconds) * 1000 + digits(text, 20, 23);
    }

    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new NumberFormatException(text);
            }
            number = 10 * number + digit;
        }
        return number;
    }

    private static long money(String text) {
        int point = text.length() - 3;
        // Two decimals, as shops write them; anything else by the library.
        if (point < 1 || point > 12 || text.charAt(point) != '.') {
            return new BigDecimal(text).movePointRight(4).longValueExact();
        }
        long whole = 0;
        for (int i = 0; i < point; i++) {
            whole = 10 * whole + digits(text, i, i + 1);
        }
        return whole * 10_000 + digits(text, point + 1, point + 3) * 100L;
    }
}
