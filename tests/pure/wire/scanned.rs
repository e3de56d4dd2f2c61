//! The fast scanner against serde_json: the same event, or the same refusal, whatever the bytes.
//!
//! The scanner leaves a record to serde_json as soon as there is an escape in it. So any record can
//! be told in two ways: as it is, and with an escape that changes nothing. Both must come to the
//! same. `TIDEMARK_RECORDS=100000000` tries that many in place of the few of every run,
//! `TIDEMARK_SEED` others; `UPDATE_CORPUS=1` keeps the shortest of each sort that was met.

mod corpus;
mod damage;
mod retelling;
mod writing;

use std::collections::BTreeMap;
use std::env;

use tidemark::model::event::Event;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;

use crate::dice::Dice;

use super::cleaning::DECODERS;
use corpus::Corpus;
pub(crate) use corpus::{escaped, kept};
use damage::damage;
use retelling::{with_one_escaped, with_one_more};
use writing::write;

/// Records in the ordinary test run.
const RECORDS: u64 = 30_000;

/// Fails where two ways to tell a record come to something else.
fn same(one: &Result<Event<'_>, Refused>, other: &Result<Event<'_>, Refused>, told: [&[u8]; 2]) {
    if one != other {
        let [bytes, retold] = told.map(escaped);
        panic!("{bytes}\nis {one:?}\n{retold}\nis {other:?}");
    }
}

/// What a record comes to, and the same told with an escape in it.
fn read<'a>(
    decoder: &Decoder,
    bytes: &'a [u8],
    dice: &mut Dice,
    (scratch, retold): (&'a Scratch, &mut Vec<u8>),
) -> Result<Event<'a>, Refused> {
    let outcome = decoder.decode(bytes, scratch);
    let other = Scratch::default();
    if with_one_more(bytes, retold) {
        same(&outcome, &decoder.decode(retold, &other), [bytes, retold]);
    } else {
        // No object, or one without members.
        assert!(outcome.is_err(), "{}\nis {outcome:?}", escaped(bytes));
    }
    if outcome.is_ok() && with_one_escaped(bytes, dice, retold) {
        same(&outcome, &decoder.decode(retold, &other), [bytes, retold]);
    }
    outcome
}

#[test]
fn records_come_to_the_same_with_the_scanner_and_without() {
    let number = |name| env::var(name).ok().map(|text| text.parse().expect(name));
    let records: u64 = number("TIDEMARK_RECORDS").unwrap_or(RECORDS);
    let mut dice = Dice::of("records", 1);
    let (with_rules, with_attrs) = &*DECODERS;
    let corpus = kept();
    let mut found = Corpus::default();
    let mut scratch = Scratch::default();
    let (mut bytes, mut retold) = (Vec::new(), Vec::new());
    let mut outcomes = BTreeMap::<_, u64>::new();
    for i in 0..records.max(corpus.len() as u64) {
        let mut dice = dice.split();
        match corpus.get(i as usize) {
            Some(record) => bytes.clone_from(record),
            None => one(&mut dice, &corpus, &mut bytes),
        }
        let decoder = [with_rules, with_attrs][usize::from(dice.one_in(2))];
        scratch.clear();
        let outcome = read(decoder, &bytes, &mut dice, (&scratch, &mut retold));
        let refusal = outcome.as_ref().err().map(|refused| refused.refusal);
        *outcomes.entry(refusal).or_default() += 1;
        found.meet(&bytes, &outcome);
    }
    println!("{records} records: {outcomes:?}");
    found.keep();
    for refusal in [
        Refusal::NotJson,
        Refusal::MissingField,
        Refusal::WrongType,
        Refusal::UnknownKind,
        Refusal::BadTime,
        Refusal::BadAmount,
        Refusal::UnknownCurrency,
        Refusal::Outlier,
    ] {
        let times = outcomes.get(&Some(refusal));
        assert!(
            times.is_some_and(|times| *times > 10),
            "{refusal:?}: {times:?}"
        );
    }
    let events = outcomes[&None];
    assert!(
        events > records / 5,
        "{events} events among {records} records"
    );
}

/// One record: written anew or one that was kept, and damaged in one of three cases.
pub(crate) fn one(dice: &mut Dice, corpus: &[Vec<u8>], bytes: &mut Vec<u8>) {
    bytes.clear();
    match dice.one_in(4) {
        true => bytes.extend(&corpus[dice.roll(corpus.len() as u64) as usize]),
        false => write(dice, bytes),
    }
    if dice.one_in(3) {
        damage(dice, corpus, bytes);
    }
}
