//! What is just within a limit is accepted, and what is just beyond it is not.

use super::{SOUND, read, with};

/// The messages about a text.
fn told(text: &str) -> Vec<String> {
    match read(text) {
        Ok(_) => Vec::new(),
        Err(report) => report
            .problems()
            .map(|problem| problem.message.clone())
            .collect(),
    }
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn what_is_just_within_a_limit_is_accepted() {
    for (passage, replacement) in [
        ("\"2s\"", "\"0s\"".to_owned()),
        ("\"20m\"", "\"36500d\"".to_owned()),
        ("\"6m\"", "\"1ms\"".to_owned()),
        ("\"4d\"", "\"3d\"".to_owned()),
        ("\"100d\"", "\"90d\"".to_owned()),
        // Orders are kept for purchases alone.
        (
            "of = [\"view\", \"cart\"]\nwindow = \"3d\"",
            "of = [\"view\", \"cart\"]\nwindow = \"101d\"".to_owned(),
        ),
        ("spare", "a".repeat(64)),
        ("since <= 30d", "since <= 0d".to_owned()),
        ("spend >= 1000", "spend>=-922337203685477.5808".to_owned()),
        ("version = 3", "version = 4294967295".to_owned()),
        (
            "\"since <= 30d\"",
            format!("{}\"since <= 30d\"{}", "{any=[".repeat(7), "]}".repeat(7)),
        ),
    ] {
        assert_eq!(
            told(&with(passage, &replacement)),
            nothing(),
            "{replacement}"
        );
    }
}

#[test]
fn a_ladder_has_at_most_250_tiers() {
    let ladder = |tiers: usize| {
        let more: String = (2..tiers)
            .map(|at| format!("[[ladder.tier]]\nname = \"t{at}\"\nenter = \"orders >= {at}\"\n"))
            .collect();
        told(&with(
            "enter = \"orders >= 1\"\n",
            &format!("enter = \"orders >= 1\"\n{more}"),
        ))
    };
    assert_eq!(ladder(250), nothing());
    assert_eq!(ladder(251), ["ladder \"rank\" has 251 tiers"]);
}

#[test]
fn a_map_has_at_most_250_segments() {
    let map = |segments: usize| {
        let more: String = (2..segments)
            .map(|at| format!("[[map.segment]]\nname = \"s{at}\"\nwhen = \"orders = {at}\"\n"))
            .collect();
        told(&with(
            "when = \"orders = 0\"\n",
            &format!("when = \"orders = 0\"\n{more}"),
        ))
    };
    assert_eq!(map(250), nothing());
    assert_eq!(map(251), ["map \"side\" has 251 segments"]);
}

#[test]
fn a_tier_has_at_most_16_labels() {
    let labels = |count: usize| {
        let more: String = (3..count).map(|at| format!(", l{at} = \"\"")).collect();
        told(&with("a = \"1\"", &format!("a = \"1\"{more}")))
    };
    assert_eq!(labels(16), nothing());
    assert_eq!(labels(17), ["tier \"high\" has 17 labels"]);
}

#[test]
fn a_label_has_at_most_64_bytes_of_key_and_1024_of_text() {
    let label = |key: usize, text: usize| {
        let label = format!("{} = \"{}\"", "k".repeat(key), "é".repeat(text / 2));
        told(&with("z = \"come back\"", &label))
    };
    assert_eq!(label(64, 1024), nothing());
    assert_eq!(
        label(65, 1024),
        ["segment \"gone\" has a label with a key of 65 bytes"]
    );
    assert_eq!(
        label(1, 1026),
        ["label `k` of segment \"gone\" has 1026 bytes"]
    );
}

#[test]
fn a_policy_has_at_most_250_features() {
    let features = |count: usize| {
        let more: String = (6..count)
            .map(|at| format!("[feature.f{at}]\naggregate = \"since_last\"\nof = [\"view\"]\n"))
            .collect();
        told(&format!("{SOUND}{more}"))
    };
    assert_eq!(features(250), nothing());
    assert_eq!(features(251), ["the policy has 251 features"]);
}

#[test]
fn a_policy_has_at_most_250_ladders_and_maps() {
    let scales = |count: usize| {
        let more: String = (4..count)
            .map(|at| format!("[[map]]\nname = \"m{at}\"\n[[map.segment]]\nname = \"all\"\n"))
            .collect();
        told(&format!("{SOUND}{more}"))
    };
    assert_eq!(scales(250), nothing());
    assert_eq!(scales(251), ["the policy has 251 ladders and maps"]);
}

#[test]
fn a_text_has_at_most_256_kib() {
    let long = |bytes: usize| format!("{SOUND}#{}", "-".repeat(bytes - SOUND.len() - 1));
    assert_eq!(told(&long(256 * 1024)), nothing());
    assert_eq!(told(&long(256 * 1024 + 1)), ["the policy has 262145 bytes"]);
}

#[test]
fn a_bottomless_rule_is_refused() {
    let (open, close) = ("{all=[".repeat(10_000), "]}".repeat(10_000));
    let deep = with("\"since <= 30d\"", &format!("{open}\"orders > 1\"{close}"));
    assert_eq!(
        told(&deep),
        ["not TOML: cannot recurse further; max recursion depth met"]
    );
}

#[test]
fn a_policy_has_at_most_32_different_filters() {
    let filters = |count: usize| {
        let features: String = (0..2 * count)
            .map(|at| {
                let filter = at / 2;
                format!(
                    "[feature.f{at}]\naggregate = \"count\"\nof = [\"view\"]\nwindow = \"1d\"\n\
                     where = \"quantity > {filter}\"\n"
                )
            })
            .collect();
        told(&with(
            "[feature.spare]",
            &format!("{features}[feature.spare]"),
        ))
    };
    assert_eq!(filters(32), nothing());
    assert_eq!(filters(33), ["the policy has 33 different filters"]);
}

#[test]
fn a_policy_declares_at_most_32_kinds() {
    let kinds = |count: usize| {
        let kinds: String = (0..count).map(|at| format!("\"k{at}\",")).collect();
        let declared = format!("[event]\nkinds = [{kinds}]\n[feature.spare]");
        told(&with("[feature.spare]", &declared))
    };
    assert_eq!(kinds(32), nothing());
    assert_eq!(kinds(33), ["the policy declares 33 kinds of events"]);
}

#[test]
fn a_policy_declares_at_most_32_members_of_attrs() {
    let attrs = |count: usize| {
        let attrs: String = (0..count).map(|at| format!("a{at} = \"text\"\n")).collect();
        let declared = format!("[event.attrs]\n{attrs}[feature.spare]");
        told(&with("[feature.spare]", &declared))
    };
    assert_eq!(attrs(32), nothing());
    assert_eq!(attrs(33), ["the policy declares 33 fields of attrs"]);
}

/// Ten rules, each of which names the one above it ten times: more than anybody could write out.
#[test]
fn rules_with_a_name_do_not_multiply_for_ever() {
    let mut rules = "[rule]\nr0 = \"orders >= 3\"\n".to_owned();
    for at in 1..=6 {
        let above = vec![format!("\"r{}\"", at - 1); 10].join(", ");
        rules += &format!("r{at} = {{ all = [{above}] }}\n");
    }
    let keep = |rule: &str, rules: &str| {
        let keep = format!("keep = \"{rule}\"\n{rules}");
        with("keep = \"since <= 30d\"", &keep)
    };
    let told = told(&keep("r6", &rules));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("the policy compares too often"),
        "{told:?}"
    );
    let few = rules
        .replace("r4 = ", "#")
        .replace("r5 = ", "#")
        .replace("r6 = ", "#");
    let text = keep("r3", &few);
    let policy = read(&text).unwrap_or_else(|report| panic!("{report}"));
    let plain = read(SOUND).expect("sound").comparisons.len();
    assert_eq!(policy.comparisons.len(), plain - 1 + 1000);
}
