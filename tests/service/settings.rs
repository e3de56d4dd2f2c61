//! The settings: what is shipped loads, layers win over each other as documented, mistakes are told
//! all at once.

mod topics;

use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::{GraphicalReportHandler, GraphicalTheme};
use tidemark::settings::{DEFAULTS, Layers, Settings, SettingsReport, load};

fn file(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("a writable directory");
    path
}

fn with_file(text: &str) -> Result<Settings, SettingsReport> {
    let directory = tempfile::tempdir().expect("a directory");
    load(&Layers {
        files: vec![file(directory.path(), "shop.toml", text)],
        ..Layers::default()
    })
}

fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn with_environment(variables: &[(&str, &str)]) -> Result<Settings, SettingsReport> {
    load(&Layers {
        environment: environment(variables),
        ..Layers::default()
    })
}

fn with_flags(flags: &[&str]) -> Result<Settings, SettingsReport> {
    let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
    load(&Layers {
        flags,
        ..Layers::default()
    })
}

/// The report as a terminal shows it, without colours and without the directory of the files.
fn drawn(report: &SettingsReport, directory: &Path) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, report)
        .expect("text takes anything");
    text.replace(&format!("{}/", directory.display()), "")
}

fn messages(result: Result<Settings, SettingsReport>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(report) => report.problems().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_defaults_alone_are_valid() {
    let settings = load(&Layers::default()).expect("valid defaults");
    assert_eq!(settings.app.transactional_id(3), "tidemark.1.3");
    assert_eq!(settings.app.ledger_topic(), "tidemark.ledger.v1");
    assert_eq!(settings.inputs(), ["shop.purchase.v1", "shop.browse.v1"]);
    assert_eq!(settings.unit.pause, Duration::from_millis(12));
    assert!(settings.http.listen.ip().is_loopback());
    assert_eq!(settings.state.max_bytes, None);
}

#[test]
fn every_settings_file_that_is_shipped_loads() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let files: Vec<PathBuf> = std::fs::read_dir(config)
        .expect("the directory of settings")
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("a name");
            name.starts_with("tidemark") && name.ends_with(".toml")
        })
        .collect();
    assert!(!files.is_empty());
    for path in files {
        if let Err(report) = load(&Layers {
            files: vec![path.clone()],
            ..Layers::default()
        }) {
            panic!("{}: {:?}", path.display(), report.problems());
        }
    }
}

/// A key that is only commented on, or only listed, would be a default that nobody can read.
#[test]
fn each_key_has_its_comment_right_above() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (i, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains(" = "))
    {
        if line.starts_with('#') {
            continue;
        }
        let above = lines[..i]
            .iter()
            .rev()
            .take_while(|above| !above.is_empty())
            .any(|above| above.starts_with("# "));
        assert!(above, "without a comment: {line}");
    }
}

#[test]
fn later_layers_win() {
    let directory = tempfile::tempdir().expect("a directory");
    let first =
        "[app]\nname = \"first\"\ninstance = \"first\"\nworkers = 2\n[unit]\nage_max = \"40ms\"\n";
    let second = "[app]\nname = \"second\"\nworkers = 3\n[http]\nenabled = false\n";
    let settings = load(&Layers {
        files: vec![
            file(directory.path(), "first.toml", first),
            file(directory.path(), "second.toml", second),
        ],
        environment: environment(&[
            ("TIDEMARK__APP__WORKERS", "4"),
            ("TIDEMARK__UNIT__PAUSE", "20ms"),
            ("TIDEMARK_LOG", "ignored"),
            ("HOME", "/nowhere"),
        ]),
        flags: vec!["unit.pause=30ms".to_owned(), "log.level = debug".to_owned()],
    })
    .expect("valid layers");
    assert_eq!(settings.app.name, "second");
    assert_eq!(settings.app.instance, "first");
    assert_eq!(settings.app.workers, 4);
    assert_eq!(settings.unit.age_max, Duration::from_millis(40));
    assert_eq!(settings.unit.pause, Duration::from_millis(30));
    assert_eq!(settings.unit.events_max, 10_000);
    assert_eq!(settings.log.level, tidemark::settings::Level::Debug);
    assert!(!settings.http.enabled);
}

#[test]
fn brokers_are_a_text_or_a_list() {
    for text in [
        "[kafka]\nbrokers = [\"a:1\", \"b:2\"]\n",
        "[kafka]\nbrokers = \"a:1,b:2\"\n",
    ] {
        assert_eq!(with_file(text).expect("valid").kafka.brokers, "a:1,b:2");
    }
}

#[test]
fn properties_keep_their_dots_in_every_layer() {
    let directory = tempfile::tempdir().expect("a directory");
    let password = file(directory.path(), "password", "hunter2\n");
    let text = "[kafka.properties]\n\"ssl.ca.location\" = \"file\"\nlinger.ms = 3\n\
                \"socket.keepalive.enable\" = true\n";
    let settings = load(&Layers {
        files: vec![file(directory.path(), "shop.toml", text)],
        environment: environment(&[("TIDEMARK__KAFKA__PROPERTIES__SSL_CA_LOCATION", "variable")]),
        flags: vec![
            "kafka.properties.security.protocol=SASL_SSL".to_owned(),
            format!("kafka.property_files.sasl.password={}", password.display()),
        ],
    })
    .expect("valid layers");
    let given: Vec<(&str, &str)> = settings.kafka.properties.reveal().collect();
    assert_eq!(
        given,
        [
            ("linger.ms", "3"),
            ("sasl.password", "hunter2"),
            ("security.protocol", "SASL_SSL"),
            ("socket.keepalive.enable", "true"),
            ("ssl.ca.location", "variable"),
        ]
    );
}

#[test]
fn many_mistakes_make_one_report() {
    let directory = tempfile::tempdir().expect("a directory");
    let text = r#"[app]
name = "Shop One"
worker = 2

[kafka]
brokers = "kafka-1"

[kafka.properties]
"sasl.password" = "hunter2"
"enable.auto.commit" = true
"partitioner" = "consistent"

[kafka.propertys]
"ssl.key.password" = "hunter3"

[input]
purchases = "crm.tier_change.v1"

[unit]
events_max = "many"
bytes_max = 1000
change_wait = "1 hour"
age_max = "2s"

[log]
level = "loud"
"#;
    let report = load(&Layers {
        files: vec![
            file(directory.path(), "shop.toml", text),
            file(
                directory.path(),
                "broken.toml",
                "[app]\nname = \"shop\n\n[http\n",
            ),
            directory.path().join("absent.toml"),
        ],
        environment: environment(&[
            ("TIDEMARK__APP__WORKERS", "two"),
            ("TIDEMARK__UNITS__PAUSE", "1s"),
            ("TIDEMARK__HTTP__LISTEN", "localhost"),
        ]),
        flags: vec![
            "http.enabled=maybe".to_owned(),
            "unit.pause".to_owned(),
            "kafka.properties=x".to_owned(),
        ],
    })
    .expect_err("mistakes");
    let drawn = drawn(&report, directory.path());
    assert!(!drawn.contains("hunter"), "a secret is shown:\n{drawn}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn values_that_do_not_fit_together_are_told_with_both() {
    assert_eq!(
        messages(with_flags(&[
            "unit.age_max=2s",
            "unit.pause=3s",
            "kafka.transaction_timeout=15s",
            "input.record_bytes_max=70000",
            "unit.bytes_max=65536",
            "output.current=tidemark.ledger.v1",
        ])),
        [
            "`app.name` makes a topic named \"tidemark.ledger.v1\", which collides \
             with \"tidemark.ledger.v1\" of `output.current` (by default)",
            "`unit.bytes_max` is 65536, less than `input.record_bytes_max`, which is 70000 \
             (by --set)",
            "`unit.pause` is 3s, more than `unit.age_max`, which is 2s \
             (by --set)",
            "`kafka.session_timeout` is 10s, less than 10 times `unit.age_max x unit.stretch`, \
             which is 16s \
             (by default)",
            "`kafka.transaction_timeout` is 15s, less than 10 times `unit.age_max x unit.stretch`, \
             which is 16s \
             (by --set)",
        ]
    );
}

#[test]
fn each_bound_is_held() {
    for (flag, fault) in [
        (
            "app.workers=0",
            "`app.workers` is 0; 1 to 256 is allowed (by --set)",
        ),
        (
            "app.workers=257",
            "`app.workers` is 257; 1 to 256 is allowed (by --set)",
        ),
        (
            "app.instance=",
            "`app.instance` is \"\"; 1 to 63 of a-z, 0-9 and - are allowed (by --set)",
        ),
        (
            "kafka.session_timeout=999ms",
            "`kafka.session_timeout` is 999ms; 1s to 30m is allowed (by --set)",
        ),
        (
            "kafka.session_timeout=10",
            "`kafka.session_timeout` is \"10\": has no unit (ms, s, m, h or d) (by --set)",
        ),
        (
            "state.max_bytes=134217727",
            "`state.max_bytes` is 134217727; 0, for no limit, or at least 134217728 is allowed \
             (by --set)",
        ),
        (
            "state.max_bytes=-1",
            "`state.max_bytes` is -1; 0, for no limit, or at least 134217728 is allowed (by --set)",
        ),
        (
            "feed.merge_wait=-1s",
            "`feed.merge_wait` is -1s; 0s to 10m is allowed (by --set)",
        ),
        (
            "input.record_bytes_max=1000001",
            "`input.record_bytes_max` is 1000001; 256 to 1000000 is allowed (by --set)",
        ),
        (
            "output.current=..",
            "`output.current` makes a topic named \"..\", which the cluster refuses (by --set)",
        ),
        (
            "log.format=xml",
            "`log.format` is \"xml\"; one of auto, text, json is expected (by --set)",
        ),
        ("policy.file=", "`policy.file` is empty (by --set)"),
        (
            "policy.pace=0",
            "`policy.pace` is 0; 1 to 1000000 is allowed (by --set)",
        ),
        (
            "policy.topic=the policies",
            "`policy.topic` makes a topic named \"the policies\", which the cluster refuses \
             (by --set)",
        ),
        (
            "policy.topic=tidemark.ledger.v1",
            "`policy.topic` makes a topic named \"tidemark.ledger.v1\", which collides with \
             \"tidemark.ledger.v1\" of `app.name` (by --set)",
        ),
        (
            "kafka.brokers=a:1,",
            "`kafka.brokers` names \"\"; \"host:port\" is expected (by --set)",
        ),
    ] {
        assert_eq!(messages(with_flags(&[flag])), [fault], "{flag}");
    }
}

#[test]
fn policies_are_taken_on_loopback_only() {
    let given = with_flags(&["http.policy=true", "http.listen=0.0.0.0:9464"]);
    let fault = "`http.policy` is true, but whoever reaches that address may change the policy: \
                 `http.listen` is 0.0.0.0:9464, not loopback (by --set)";
    assert_eq!(messages(given), [fault]);
    for address in ["127.0.0.1:9464", "[::1]:9464"] {
        let listen = format!("http.listen={address}");
        let settings = with_flags(&["http.policy=true", &listen]).expect("good settings");
        assert!(settings.http.policy, "{address}");
    }
}

#[test]
fn properties_that_exactly_once_rests_on_are_refused_in_every_layer() {
    let fault =
        "cannot be set: offsets are committed with the unit that they belong to, and nowhere else";
    let expected = format!("`kafka.properties.enable.auto.commit` {fault}");
    let given = with_file("[kafka.properties]\n\"enable.auto.commit\" = true\n");
    assert_eq!(messages(given), [expected.as_str()]);
    let variable = "TIDEMARK__KAFKA__PROPERTIES__ENABLE_AUTO_COMMIT";
    assert_eq!(
        messages(with_environment(&[(variable, "true")])),
        [format!("{expected} (in {variable})")]
    );
    assert_eq!(
        messages(with_flags(&["kafka.properties.enable.auto.commit=true"])),
        [format!("{expected} (by --set)")]
    );
}

#[test]
fn secrets_are_never_printed() {
    let settings = with_environment(&[
        ("TIDEMARK__KAFKA__PROPERTIES__SASL_PASSWORD", "hunter2"),
        (
            "TIDEMARK__KAFKA__PROPERTIES__SASL_MECHANISM",
            "SCRAM-SHA-512",
        ),
    ])
    .expect("valid");
    let printed = format!("{settings:?} {settings:#?}");
    assert!(printed.contains("SCRAM-SHA-512"));
    assert!(printed.contains("sasl.password"));
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn memory_has_a_limit_where_one_is_given() {
    let settings = with_flags(&["state.max_bytes=134217728"]).expect("the least");
    assert_eq!(settings.state.max_bytes, Some(128 << 20));
}
