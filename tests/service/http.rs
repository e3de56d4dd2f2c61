//! The HTTP side with real requests over loopback: answers, reasons for none, limits, the end.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use tidemark::directory::{Told, mailbox};
use tidemark::http::{Limits, Site};
use tidemark::model::ids::LaneId;
use tidemark::telemetry::LaneState;

use crate::client::{connect, get, read, request, until_refused};
use crate::shop::{ELSEWHERE, serve, shop, site};

#[test]
fn a_customer_is_asked_of_the_worker_that_has_the_lane() {
    let shop = shop(Limits::default());
    let address = shop.server.address();
    for path in [
        "/v1/customers/c-2",
        "/v1/customers/c%2D2",
        "/v1/customers?id=c-2",
    ] {
        let answer = get(address, path);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, r#"{"customer_id":"c-2"}"#)
        );
        assert!(answer.headers.contains("content-type: application/json"));
        assert!(answer.headers.contains("cache-control: no-store"));
    }
    let unknown = get(address, "/v1/customers/c-8");
    assert_eq!((unknown.status, unknown.body.as_str()), (404, UNKNOWN));
    assert_eq!(get(address, "/v1/customers").status, 400);
}

const UNKNOWN: &str = r#"{"error":"the customer is not known"}"#;

#[test]
fn a_customer_of_another_instance_is_told_where_to_look() {
    let shop = shop(Limits::default());
    let answer = get(shop.server.address(), &format!("/v1/customers/{ELSEWHERE}"));
    assert_eq!(answer.status, 503);
    assert!(answer.headers.contains("retry-after: 1"));
    let told = r#"{"error":"lane 1 is with another instance","here":"0","lane":1,"lanes":2}"#;
    assert_eq!(answer.body, told);
}

#[test]
fn a_customer_of_a_lane_that_is_being_restored_is_asked_for_later() {
    let shop = shop(Limits::default());
    let restoring = shop.site.telemetry.lane(LaneId(1));
    restoring.set_restored(429, 1000);
    let answer = get(shop.server.address(), &format!("/v1/customers/{ELSEWHERE}"));
    assert_eq!(answer.status, 503);
    assert!(
        answer.body.contains("lane 1 is being restored: 42 %"),
        "{}",
        answer.body
    );
}

#[test]
fn a_question_that_the_worker_drops_is_not_left_waiting() {
    let site = site();
    site.directory.set_lanes(1);
    let lane = site.telemetry.lane(LaneId(0));
    lane.set_state(LaneState::Running);
    let (mailbox, questions) = mailbox();
    site.directory.open(LaneId(0), &mailbox);
    let server = serve(&site, Limits::default());
    let worker = std::thread::spawn(move || drop(questions.recv().expect("a question")));
    let answer = get(server.address(), "/v1/customers/c-1");
    worker.join().expect("a worker");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("lane 0 is moving"), "{}", answer.body);
}

#[test]
fn a_worker_that_does_not_answer_costs_the_deadline_and_no_more() {
    let site = site();
    site.directory.set_lanes(1);
    let (mailbox, questions) = mailbox();
    site.directory.open(LaneId(0), &mailbox);
    let limits = Limits {
        answer_within: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = serve(&site, limits);
    let answer = get(server.address(), "/v1/customers/c-1");
    assert_eq!(answer.status, 504);
    let told = r#"{"error":"the worker of lane 0 did not answer within 50 ms"}"#;
    assert_eq!(answer.body, told);
    // An answer that comes too late falls on deaf ears, not on the worker.
    let question = questions.try_recv().expect("the question");
    (question.answer)(Told::Known("{}".to_owned()));
}

/// The lane of the hash says where the customer went, and that one is asked.
#[test]
fn a_customer_who_has_moved_is_found() {
    let site = site();
    site.directory.set_lanes(1);
    let (mailbox, questions) = mailbox();
    for lane in [0, 5] {
        site.directory.open(LaneId(lane), &mailbox);
    }
    let server = serve(&site, Limits::default());
    let worker = std::thread::spawn(move || {
        for told in [Told::Moved(LaneId(5)), Told::Known("{}".to_owned())] {
            let question = questions.recv().expect("a question");
            let lane = if matches!(told, Told::Known(_)) { 5 } else { 0 };
            assert_eq!(question.lane, LaneId(lane));
            (question.answer)(told);
        }
    });
    let answer = get(server.address(), "/v1/customers/c-1");
    worker.join().expect("a worker");
    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
}

#[test]
fn nobody_is_asked_before_the_number_of_lanes_is_known() {
    let site = site();
    let server = serve(&site, Limits::default());
    let answer = get(server.address(), "/v1/customers/c-1");
    assert_eq!(answer.status, 503);
    assert!(
        answer.body.contains("number of lanes is not known yet"),
        "{}",
        answer.body
    );
}

#[test]
fn questions_about_customers_can_be_turned_off() {
    let site = Site {
        customers: false,
        ..site()
    };
    site.directory.set_lanes(2);
    let server = serve(&site, Limits::default());
    assert_eq!(get(server.address(), "/v1/customers/c-2").status, 404);
    assert_eq!(get(server.address(), "/v1/customers?id=c-2").status, 404);
    assert!(!get(server.address(), "/").body.contains("<form"));
}

#[test]
fn it_lives_whatever_the_cluster_does() {
    let site = site();
    let server = serve(&site, Limits::default());
    let answer = get(server.address(), "/livez");
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, r#"{"alive":true,"why":[]}"#)
    );
}

#[test]
fn it_does_not_live_when_a_worker_hangs() {
    let limits = Limits {
        turn_within: Duration::ZERO,
        ..Limits::default()
    };
    let server = serve(&site(), limits);
    let answer = get(server.address(), "/livez");
    let told = r#"{"alive":false,"why":["worker 0 has not come round for 0 s"]}"#;
    assert_eq!((answer.status, answer.body.as_str()), (503, told));
}

#[test]
fn metrics_are_served_as_prometheus_reads_them() {
    let shop = shop(Limits::default());
    let answer = get(shop.server.address(), "/metrics");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .headers
            .contains("content-type: text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(
        answer
            .body
            .contains("\ntidemark_lanes{state=\"running\"} 1\n")
    );
    assert!(answer.body.contains("\nprocess_resident_memory_bytes "));
}

#[test]
fn the_front_page_shows_how_things_are() {
    let shop = shop(Limits::default());
    let telemetry = &shop.site.telemetry;
    let policy = telemetry.policy();
    let enrolled = telemetry.enrol(&policy);
    shop.lane.set_customers(7, 3);
    shop.lane
        .set_population(&policy.hash, &enrolled, &[vec![1, 0, 2, 4]]);
    let answer = get(shop.server.address(), "/");
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains("content-type: text/html"));
    assert!(
        answer
            .headers
            .contains("content-security-policy: default-src 'none'")
    );
    for text in [
        "<h1>tidemark, instance 1</h1>",
        "<span class=\"state\">ready</span>",
        "<dt>customers</dt><dd>7</dd>",
        "<span>high</span><meter min=\"0\" max=\"7\" value=\"4\"></meter><b>4</b>",
        "<form action=\"/v1/customers\">",
    ] {
        assert!(answer.body.contains(text), "no {text} in {}", answer.body);
    }
    assert!(!answer.body.contains("{title}") && !answer.body.contains("{cards}"));
}

#[test]
fn names_cannot_break_the_front_page() {
    let site = Site {
        title: "<script>\"{form}\" & co".to_owned(),
        ..site()
    };
    let page = get(serve(&site, Limits::default()).address(), "/").body;
    assert!(page.contains("<h1>&lt;script&gt;&quot;{form}&quot; &amp; co</h1>"));
    assert!(!page.contains("<script"));
    assert_eq!(page.matches("<form").count(), 1);
}

#[test]
fn what_is_not_asked_for_properly_is_refused() {
    let shop = shop(Limits::default());
    let address = shop.server.address();
    assert_eq!(get(address, "/nowhere").status, 404);
    let host = "Host: localhost\r\n";
    let large = "x".repeat(9 * 1024);
    for (text, status) in [
        (
            format!("POST /metrics HTTP/1.1\r\n{host}Content-Length: 1000000000\r\n\r\n"),
            405,
        ),
        (
            format!("DELETE /v1/customers/c-2 HTTP/1.1\r\n{host}\r\n"),
            405,
        ),
        (format!("GET / HTTP/1.1\r\n{host}X: {large}\r\n\r\n"), 431),
        (
            format!("GET / HTTP/1.1\r\n{host}{}\r\n", "X: y\r\n".repeat(100)),
            431,
        ),
        ("hello\r\n\r\n".to_owned(), 400),
    ] {
        let line = text.lines().next().expect("a line").to_owned();
        assert_eq!(request(address, &text).status, status, "{line}");
    }
    assert_eq!(get(address, "/livez").status, 200);
}

#[test]
fn a_client_that_sends_nothing_is_let_go() {
    // Longer than this test waits: what ends the connection is the wait for its headers.
    let limits = Limits {
        headers_within: Duration::from_millis(50),
        all_within: Duration::from_secs(60),
        ..Limits::default()
    };
    let shop = shop(limits);
    let mut slow = connect(shop.server.address());
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ")
        .expect("a server that reads");
    let answer = read(slow);
    assert!(answer.is_none_or(|answer| answer.status == 408));
}

#[test]
fn requests_beyond_the_limit_wait_for_their_turn() {
    let limits = Limits {
        requests: 2,
        ..Limits::default()
    };
    let shop = shop(limits);
    let address = shop.server.address();
    let holding = [connect(address), connect(address)];
    let mut third = connect(address);
    third
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("a backlog");
    third
        .set_read_timeout(Some(Duration::from_millis(200)))
        .expect("a socket");
    let mut byte = [0; 1];
    let waiting = third.read(&mut byte).expect_err("nothing yet");
    assert!(
        [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&waiting.kind()),
        "{waiting}"
    );
    drop(holding);
    third
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    assert_eq!(read(third).expect("an answer").status, 200);
}

#[test]
fn a_request_at_work_is_finished_before_the_end() {
    let site = site();
    site.directory.set_lanes(1);
    let (mailbox, questions) = mailbox();
    site.directory.open(LaneId(0), &mailbox);
    let server = serve(&site, Limits::default());
    let address = server.address();
    let client = std::thread::spawn(move || get(address, "/v1/customers/c-1"));
    let question = questions.recv().expect("the question");
    let stopping = std::thread::spawn(move || drop(server));
    until_refused(address);
    (question.answer)(Told::Known("{}".to_owned()));
    assert_eq!(client.join().expect("a client").status, 200);
    stopping.join().expect("an end");
}
