//! Requests that were whole and are damaged: each is answered or its connection closed, and the
//! next is answered as ever.
//!
//! `TIDEMARK_DAMAGED=1000000` sends a hundredth of that many in place of the few of every run,
//! `TIDEMARK_SEED` others.

#[path = "../allocations/damaged/corpus.rs"]
mod corpus;
#[path = "../pure/wire/scanned/damage.rs"]
mod damage;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use tidemark::http::Limits;

use crate::client::{connect, get};
use crate::dice::Dice;
use crate::shop::shop;
use corpus::Corpus;
use damage::damage;

/// Requests of the ordinary test run.
const FEW: u64 = 1_000;
/// Bytes of an answer: the page of the metrics is the longest.
const LONGEST: u64 = 256 << 10;

const WHOLE: [&str; 6] = [
    "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /readyz HTTP/1.0\r\n\r\n",
    "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\nAccept-Encoding: gzip\r\n\r\n",
    "GET /v1/customers/c%2D2?x=1&y=%zz HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    "POST /v1/policy HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nname",
    "POST /v1/policy HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nna\r\n0\r\n\r\n",
];

/// Sends bytes and nothing after them; the status of the answer, or nothing.
fn ask(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    // It may have been closed meanwhile.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.take(LONGEST).read_to_end(&mut answer);
    assert!((answer.len() as u64) < LONGEST, "an answer ends");
    let answer = String::from_utf8(answer).expect("an answer is text");
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1."),
        "{answer}"
    );
    answer.lines().next().unwrap_or("closed").to_owned()
}

#[test]
fn damaged_requests() {
    let many = std::env::var("TIDEMARK_DAMAGED").ok();
    let many = many.map_or(FEW, |text| text.parse::<u64>().expect("a number") / 100);
    let shop = shop(Limits {
        headers_within: Duration::from_millis(200),
        all_within: Duration::from_millis(500),
        ..Limits::default()
    });
    let address = shop.server.address();
    let whole = WHOLE.map(|text| text.as_bytes().to_vec());
    let mut corpus = Corpus::of("requests");
    let seeds = [&whole[..], &corpus.kept].concat();
    let (mut dice, began, mut good) = (Dice::of("requests", 1), Instant::now(), 0);
    let many = many.max(2 * seeds.len() as u64);
    for i in 0..many {
        let mut dice = dice.split();
        let begins = seeds.get(i as usize);
        // Most of what is kept is bad, and what is bad becomes good by damage once in a while.
        let some = if dice.one_in(4) {
            &seeds[..]
        } else {
            &whole[..]
        };
        let one = begins.unwrap_or_else(|| &some[dice.roll(some.len() as u64) as usize]);
        let mut bytes = one.clone();
        if begins.is_none() {
            damage(&mut dice, &seeds, &mut bytes);
        }
        let status = ask(address, &bytes);
        good += u64::from(status.contains(" 200 "));
        corpus.note(&status, &bytes, begins.is_some());
        if i % 100 == 0 {
            assert_eq!(get(address, "/livez").status, 200, "it answers as ever");
        }
    }
    let rate = many as f64 / began.elapsed().as_secs_f64();
    println!("requests: {many}, of which {good} were answered; {rate:.0} a second");
    assert_eq!(get(address, "/livez").status, 200);
}
