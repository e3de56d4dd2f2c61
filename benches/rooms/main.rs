//! What the pure rooms cost, one by one: small fixed works, timed by criterion, or their
//! instructions counted (`scripts/counts`).
//!
//! `cargo bench --no-default-features --bench rooms [-- engine]` times those whose names contain
//! the word; without `--bench` each runs once. With `--works` they are listed; with
//! `--rounds N WORK` one of them runs so many rounds, for somebody who counts what happens within
//! `work::measured`.

#[path = "../step/policy.rs"]
mod policy;
#[path = "../step/running.rs"]
mod running;
#[path = "../step/shop.rs"]
mod shop;
mod work;
#[path = "../step/written.rs"]
mod written;

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};

use work::{Offer, measured, offers};

/// Times one work: what its rounds need is made apart.
fn time(criterion: &mut Criterion, offer: &Offer) {
    let (room, what) = offer
        .name
        .split_once('/')
        .expect("a room and what is done in it");
    let mut group = criterion.benchmark_group(room);
    group.throughput(Throughput::Elements(offer.things));
    let mut work = None;
    group.bench_function(what, |bencher| {
        let work = work.get_or_insert_with(offer.begin);
        bencher.iter_custom(|rounds| {
            let mut spent = Duration::ZERO;
            for _ in 0..rounds {
                work.prepare();
                let start = Instant::now();
                measured(work.as_mut());
                spent += start.elapsed();
            }
            spent
        });
    });
    group.finish();
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--works"] => {
            for offer in offers() {
                println!("{}\t{}", offer.name, offer.things);
            }
        }
        ["--rounds", rounds, name] => {
            let rounds: u32 = rounds.parse().expect("a number of rounds");
            let offer = offers().find(|offer| offer.name == name);
            let mut work = (offer.expect("a work of that name").begin)();
            for _ in 0..rounds {
                work.prepare();
                measured(work.as_mut());
            }
        }
        _ => {
            let mut criterion = Criterion::default().configure_from_args();
            offers().for_each(|offer| time(&mut criterion, offer));
            criterion.final_summary();
        }
    }
}
