//! The policy over HTTP: what is shown of it, and another one where that is allowed.

use std::net::SocketAddr;

use tidemark::http::{Given, Limits, Named, Refused, Site, Taker};
use tidemark::telemetry::Declined;

use crate::client::{get, request};
use crate::shop::{serve, shop, site};

#[test]
fn the_policy_is_shown_with_how_far_the_lanes_are() {
    let shop = shop(Limits::default());
    let telemetry = &shop.site.telemetry;
    let policy = telemetry.policy();
    let enrolled = telemetry.enrol(&policy);
    shop.lane.set_customers(7, 3);
    shop.lane.set_population(&policy.hash, &enrolled, &[]);
    let answer = get(shop.server.address(), "/v1/policy");
    assert_eq!(answer.status, 200);
    let (name, version, hash) = (&policy.name, policy.version, &policy.hash);
    let told = format!(
        r#"{{"awaiting_customers":3,"hash":"{hash}","lanes":{{"{hash}":"0"}},"name":"{name}","version":{version}}}"#
    );
    assert_eq!(answer.body, told);
}

/// What a policy of that text is answered with, sent as that type.
fn give(address: SocketAddr, (kind, text): (&str, &str)) -> (u16, String) {
    let length = text.len();
    let answer = request(
        address,
        &format!(
            "POST /v1/policy HTTP/1.1\r\nHost: localhost\r\ncontent-type: {kind}\r\n\
             content-length: {length}\r\n\r\n{text}"
        ),
    );
    (answer.status, answer.body)
}

#[test]
fn a_policy_is_taken_where_that_is_allowed() {
    let named = |text: &str| Named {
        name: "shop".to_owned(),
        version: 2,
        hash: text.to_owned(),
    };
    let taker = Taker::new(move |text| {
        let reason = match text {
            "new" => return Ok(Given::Taken(named(text))),
            "same" => return Ok(Given::Known(named(text))),
            "asks" => Declined::Unanswerable,
            "lost" => Declined::Unreadable,
            _ => Declined::Invalid,
        };
        let why = format!("{text}: no");
        Err(Refused { reason, why })
    });
    let limits = Limits {
        body_bytes_max: 1_000,
        ..Limits::default()
    };
    let toml = "application/toml";
    let closed = serve(&site(), limits);
    assert_eq!(give(closed.address(), (toml, "new")).0, 404);
    let policies = Some(taker);
    let open = serve(&Site { policies, ..site() }, limits);
    for (sent, status, said) in [
        (
            (toml, "new"),
            202,
            r#"{"hash":"new","name":"shop","version":2}"#,
        ),
        (
            (toml, "same"),
            200,
            r#"{"hash":"same","name":"shop","version":2}"#,
        ),
        (
            (toml, "asks"),
            409,
            r#"{"error":"asks: no","reason":"unanswerable"}"#,
        ),
        (
            (toml, "lost"),
            503,
            r#"{"error":"lost: no","reason":"unreadable"}"#,
        ),
        (
            (toml, "bad"),
            422,
            r#"{"error":"bad: no","reason":"invalid"}"#,
        ),
        // As a page of another site could send it.
        (
            ("text/plain", "new"),
            415,
            r#"{"error":"a policy comes with content-type: application/toml"}"#,
        ),
    ] {
        assert_eq!(
            give(open.address(), sent),
            (status, said.to_owned()),
            "{sent:?}"
        );
    }
    let long = "x".repeat(1_001);
    assert_eq!(give(open.address(), (toml, &long)).0, 413);
}
