//! Settings: files, variables and flags that somebody has got wrong.

use std::fs;

use tidemark::settings::{DEFAULTS, Layers, load};

use super::damaged;

/// A file with a little of everything.
const SHOP: &str = r#"
[app]
name = "shop"
workers = 3
[input]
purchases = "a"
browsing = "b"
[kafka]
brokers = "kafka-1:9092,kafka-2:9092"
session_timeout = "9s"
topic_settings = "warn"
[kafka.properties]
"security.protocol" = "ssl"
[unit]
age_max = "20ms"
events_max = 5000
[state]
max_bytes = 4294967296
[http]
listen = "127.0.0.1:9464"
"#;

/// The first line is a variable, the second a flag, the rest a file.
#[test]
fn damaged_settings() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("shop.toml");
    let one = |variable: &str, flag: &str, text: &str| format!("{variable}\n{flag}\n{text}");
    let whole = [
        one("TIDEMARK__APP__NAME=a", "unit.age_max=30ms", SHOP),
        one("PATH=/bin", "app.workers=2", DEFAULTS),
        one("TIDEMARK__KAFKA__BROKERS=k:9092", "log.format=json", ""),
    ];
    let whole = whole.map(String::into_bytes);
    // The defaults are read, too, each time: they alone take some hundred kilobytes.
    damaged(("settings", 100), &whole, 2 << 20, |bytes| {
        let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
        let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let (variable, flag) = (text(), text());
        fs::write(&file, parts.next().unwrap_or_default()).expect("a file can be written");
        let (name, value) = variable.split_once('=').unwrap_or((&variable, ""));
        let layers = Layers {
            files: vec![file.clone()],
            environment: vec![(name.to_owned(), value.to_owned())],
            flags: vec![flag],
        };
        let loaded = load(&layers).map(drop);
        loaded.map_err(|report| format!("{report:?}"))
    });
}
