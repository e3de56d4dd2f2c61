//! Records as nobody would write them, but might: JSON in all its freedom, mostly of the contract.

use crate::dice::Dice;

/// The names of the contract, first those that every event needs, then those that a purchase does,
/// and some that are unknown.
const NAMES: [&str; 30] = [
    "event_id",
    "customer_id",
    "kind",
    "occurred_at",
    "order_id",
    "currency",
    "amount",
    "amount_minor",
    "quantity",
    "margin",
    "discount",
    "category",
    "brand",
    "channel",
    "attrs",
    "by",
    "why",
    "reviewed",
    "ladder",
    "verb",
    "tier",
    "until",
    "of",
    "into",
    "",
    "kinds",
    "event_i",
    "EVENT_ID",
    "amount_minoR",
    "x",
];
const NEEDED: usize = 4;
const KINDS: [&str; 15] = [
    "purchase",
    "refund",
    "view",
    "search",
    "cart",
    "visit",
    "heartbeat",
    "profile",
    "rating",
    "view",
    "cancel",
    "restate",
    "erase",
    "override",
    "merge",
];
const INSTANTS: [&str; 14] = [
    "1772439330250",
    "0",
    "-1",
    "221845391999999",
    "221845392000000",
    "1e3",
    "5.0",
    "\"2026-03-02T08:15:30.250Z\"",
    "\"2026-03-02T09:15:30+01:00\"",
    "\"2026-03-02\"",
    "\"2026-03-02 08:15:30Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"2024-02-30T00:00:00Z\"",
    "99999999999999999999",
];
const CURRENCIES: [&str; 7] = ["GBP", "EUR", "JPY", "gbp", " STG", "XTS", "ZZZ"];
const VERBS: [&str; 6] = ["floor", "grant", "pin", "freeze", "withdraw", "hold"];
const SPACES: [&str; 8] = [" ", "\n", "\t", "\r", "  ", "\r\n", "\u{c}", "\u{a0}"];
/// What texts consist of.
const PIECES: [&str; 30] = [
    "a",
    "b",
    "Z",
    "0",
    "7",
    "-",
    "_",
    " ",
    "/",
    "{",
    "}",
    ":",
    ",",
    "[",
    "é",
    "客",
    "😀",
    "\u{7f}",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\u0000",
    "\\x",
    "\u{1f}",
    "eight888",
    "c-000001",
];

/// Writes one record.
pub(super) fn write(dice: &mut Dice, out: &mut Vec<u8>) {
    let mut writer = Writer { dice, out };
    writer.space();
    writer.put("{");
    let mut names: [usize; NAMES.len()] = std::array::from_fn(|name| name);
    let needed = NEEDED + 3 * usize::from(writer.dice.one_in(2));
    let more = needed + writer.below(5);
    for place in needed..more {
        names.swap(place, place + writer.below(NAMES.len() - place));
    }
    for place in 0..more {
        names.swap(place, place + writer.below(more - place));
    }
    let left_out = writer.below(60);
    let mut is_first = true;
    for (place, name) in names[..more].iter().enumerate() {
        if place == left_out {
            continue;
        }
        if !is_first {
            writer.put(",");
        }
        is_first = false;
        writer.member(NAMES[*name]);
    }
    if writer.dice.one_in(30) {
        let again = names[writer.below(more)];
        writer.put(",");
        writer.member(NAMES[again]);
    }
    writer.put("}");
    writer.space();
}

struct Writer<'w> {
    dice: &'w mut Dice,
    out: &'w mut Vec<u8>,
}

impl Writer<'_> {
    fn below(&mut self, sides: usize) -> usize {
        self.dice.roll(sides as u64) as usize
    }

    fn put(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    fn put_one(&mut self, texts: &[&str]) {
        let text = texts[self.below(texts.len())];
        self.put(text);
    }

    fn space(&mut self) {
        while self.dice.one_in(6) {
            // The last two are none to JSON.
            let kinds = if self.dice.one_in(400) { 8 } else { 6 };
            self.put_one(&SPACES[..kinds]);
        }
    }

    fn member(&mut self, name: &str) {
        self.space();
        self.quoted(name);
        self.space();
        self.put(":");
        self.space();
        match self.dice.one_in(24) {
            true => self.anything(0),
            false => self.value_of(name),
        }
        self.space();
    }

    fn quoted(&mut self, text: &str) {
        self.put("\"");
        self.put(text);
        self.put("\"");
    }

    fn quoted_one(&mut self, texts: &[&str]) {
        let text = texts[self.below(texts.len())];
        self.quoted(text);
    }

    /// What a field mostly holds.
    fn value_of(&mut self, name: &str) {
        match name {
            "event_id" | "customer_id" | "order_id" | "into" => self.id(),
            "kind" => {
                let usual = [10, KINDS.len()][usize::from(self.dice.one_in(4))];
                self.quoted_one(&KINDS[..usual]);
            }
            "occurred_at" | "until" => {
                let usual = [1, INSTANTS.len()][usize::from(self.dice.one_in(3))];
                self.put_one(&INSTANTS[..usual]);
            }
            "currency" => {
                let usual = [1, CURRENCIES.len()][usize::from(self.dice.one_in(3))];
                self.quoted_one(&CURRENCIES[..usual]);
            }
            "amount" | "margin" | "discount" => self.money(),
            "amount_minor" | "quantity" => self.count(),
            "attrs" => self.object(1),
            "reviewed" => self.put_one(&["true", "false", "null"]),
            "verb" | "of" => self.quoted_one(&VERBS),
            _ => self.text(12),
        }
    }

    fn id(&mut self) {
        self.put("\"c-");
        self.digits(9);
        self.put("\"");
    }

    fn money(&mut self) {
        let quotes = self.dice.one_in(2);
        if quotes {
            self.put("\"");
        }
        self.number();
        if quotes {
            self.put("\"");
        }
    }

    fn count(&mut self) {
        match self.dice.one_in(2) {
            true => self.put("0"),
            false => {
                self.put("1");
                self.digits(2);
            }
        }
    }

    fn text(&mut self, pieces: usize) {
        self.put("\"");
        for _ in 0..self.below(pieces) {
            // Mostly such as need no escape.
            let kinds = if self.dice.one_in(12) {
                PIECES.len()
            } else {
                18
            };
            self.put_one(&PIECES[..kinds]);
        }
        self.put("\"");
    }

    fn digits(&mut self, most: usize) {
        for _ in 0..=self.below(most) {
            let digit = b'0' + self.below(10) as u8;
            self.out.push(digit);
        }
    }

    /// Mostly a number.
    fn number(&mut self) {
        if self.dice.one_in(6) {
            self.put("-");
        }
        match self.below(48) {
            0 if self.dice.one_in(6) => {}
            1 => self.digits(25),
            2..6 => self.put("0"),
            _ => {
                self.put("1");
                self.digits(3);
            }
        }
        if self.dice.one_in(2) {
            self.put(".");
            if !self.dice.one_in(60) {
                self.digits(3);
            }
        }
        if self.dice.one_in(12) {
            self.put_one(&["e", "E", "e-", "E+", "e+-"]);
            if !self.dice.one_in(12) {
                self.digits(2);
            }
        }
    }

    fn object(&mut self, depth: usize) {
        self.put("{");
        for i in 0..self.below(4) {
            if i > 0 {
                self.put(",");
            }
            self.space();
            match self.dice.one_in(3) {
                true => self.text(4),
                false => self.quoted_one(&["city", "stars", "tip"]),
            }
            self.put(":");
            self.anything(depth);
        }
        self.put("}");
    }

    /// Any value, nested at most three deep.
    fn anything(&mut self, depth: usize) {
        match self.below(if depth < 3 { 9 } else { 7 }) {
            0 if self.dice.one_in(8) => self.put_one(&["null", "true", "nul", "True", "truee"]),
            0 | 1 => self.put_one(&["null", "true", "false"]),
            2 | 3 => self.number(),
            4..7 => self.text(20),
            7 => self.object(depth + 1),
            _ => {
                self.put("[");
                for i in 0..self.below(3) {
                    if i > 0 {
                        self.put(",");
                    }
                    self.anything(depth + 1);
                }
                self.put("]");
            }
        }
    }
}
