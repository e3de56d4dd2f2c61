//! `tidemark explain`: where a customer stands, why, until when, and what would keep or lift them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::explain::explain as explanation_of;
use crate::model::money::Money;
use crate::wire::event::Decoder;
use crate::wire::explanation;
use crate::wire::told::{
    Compared, Scalar, Told, ToldLadder, ToldLoss, ToldMember, ToldWaits, read,
};

use super::args::ExplainArgs;
use super::backtest::backtest;
use super::exit::{DATA, Failure, NO_INPUT, UNAVAILABLE};
use super::history::History;
use super::inputs::read_policy;
use super::replay::{LINE_BYTES_MAX, instant};

/// How long a running instance may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let json = match &args.instance {
        Some(instance) => ask(instance, &args.customer)?,
        None => decide(args)?,
    };
    if args.json {
        println!("{}", String::from_utf8_lossy(&json));
        return Ok(());
    }
    let told = read(&json).map_err(|error| Failure::new(UNAVAILABLE, format!("error: {error}")))?;
    print!("{}", show(&told));
    Ok(())
}

/// The explanation from a history, as JSON.
fn decide(args: &ExplainArgs) -> Result<Vec<u8>, Failure> {
    let path = args
        .policy
        .as_deref()
        .unwrap_or("config/policy.toml".as_ref());
    let policy = Arc::new(read_policy(path)?);
    let until = args.until.as_deref().map(instant).transpose()?;
    let decoder = Decoder::of_policy(&policy, LINE_BYTES_MAX);
    let history = History::read(&args.events, &decoder, |_| {})?;
    let result = backtest(&policy, &history, until, |_| {});
    let view = result
        .engine
        .view(&args.customer, result.until)
        .ok_or_else(|| {
            Failure::new(
                DATA,
                format!("error: no event of customer {} counts", args.customer),
            )
        })?;
    let mut json = Vec::new();
    explanation::encode(
        &policy,
        &args.customer,
        &explanation_of(&policy, &view),
        &mut json,
    );
    Ok(json)
}

/// The explanation of a running instance, as JSON.
fn ask(instance: &str, customer: &str) -> Result<Vec<u8>, Failure> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(ANSWER_WITHIN))
        .build()
        .into();
    let id: String = customer.bytes().fold(String::new(), |mut id, byte| {
        let _ = write!(id, "%{byte:02X}");
        id
    });
    let url = format!("http://{instance}/v1/customers/{id}");
    let unavailable = |error: ureq::Error| match error {
        ureq::Error::StatusCode(404) => Failure::new(
            NO_INPUT,
            format!("error: {instance} knows no customer {customer}"),
        ),
        error => Failure::new(
            UNAVAILABLE,
            format!("error: {instance} does not answer: {error}"),
        ),
    };
    agent
        .get(&url)
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_vec())
        .map_err(unavailable)
}

/// The explanation as text.
fn show(told: &Told) -> String {
    let mut text = String::new();
    let mut line = |parts: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{parts}");
    };
    line(format_args!("{}", heading(told)));
    for (name, ladder) in &told.ladders.0 {
        let since = ladder
            .since
            .as_deref()
            .map_or(String::new(), |at| format!("  since {at}"));
        line(format_args!("\n{name:<15} {}{since}", ladder.tier));
        for text in overrides(ladder) {
            line(format_args!("  {text}"));
        }
        for (i, one) in ladder.keep.iter().enumerate() {
            line(format_args!(
                "  {:<13} {}",
                if i == 0 { "kept by" } else { "" },
                compared(told, one)
            ));
        }
        for text in ladder.waits.iter().flat_map(waits) {
            line(format_args!("  {text}"));
        }
        for text in ladder.loss.iter().flat_map(|one| loss(told, one)) {
            line(format_args!("  {text}"));
        }
        for above in &ladder.above {
            for (i, one) in above.enter.iter().enumerate() {
                let head = if i == 0 {
                    format!("to {}", above.tier)
                } else {
                    String::new()
                };
                line(format_args!("  {head:<13} {}", compared(told, one)));
            }
        }
    }
    for (name, map) in &told.maps.0 {
        let since = map
            .since
            .as_deref()
            .map_or(String::new(), |at| format!("  since {at}"));
        line(format_args!("\n{name:<15} {}{since}", map.segment));
        for (i, one) in map.when.iter().enumerate() {
            line(format_args!(
                "  {:<13} {}",
                if i == 0 { "because" } else { "" },
                compared(told, one)
            ));
        }
    }
    for text in profile(told) {
        line(format_args!("{text}"));
    }
    for text in horizon(told) {
        line(format_args!("{text}"));
    }
    text
}

/// Whom it is about, and who is one with them.
fn heading(told: &Told) -> String {
    let mut text = format!(
        "customer {}  as of {}  under {} v{}",
        told.customer_id, told.at, told.policy.name, told.policy.version
    );
    if let Some((goes_on, others)) = told.members.split_first() {
        let others = others.join(", ");
        let _ = write!(text, "\n{goes_on} goes on for {others}");
    }
    text
}

/// The overrides of a ladder, a line each, and where it would be without them.
fn overrides(ladder: &ToldLadder) -> Vec<String> {
    let overrides = ladder.overrides.iter();
    let mut lines: Vec<String> = overrides
        .map(|one| {
            let until = match &one.until {
                Some(until) => format!("until {until}"),
                None => "without end".to_owned(),
            };
            let idle = if one.holds {
                ""
            } else {
                "  (not what is shown)"
            };
            format!(
                "{:<13} {} {until} by {} because {}{idle}",
                one.verb, one.tier, one.by, one.why
            )
        })
        .collect();
    let given = ladder.given.iter().filter(|given| **given != ladder.tier);
    lines.extend(given.map(|given| format!("{:<13} {given}", "without that")));
    lines
}

/// What a ladder waits for, a line each.
fn waits(waits: &ToldWaits) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(floor) = &waits.for_life {
        lines.push(format!(
            "{:<13} {}  since {}",
            "for life", floor.tier, floor.since
        ));
    }
    if let Some(until) = &waits.protected_until {
        lines.push(format!("{:<13} {until}", "at least until"));
    }
    if let Some(end) = &waits.term_ends {
        lines.push(format!("{:<13} {end}", "term ends"));
    }
    if let (Some(since), Some(at)) = (&waits.lapsed_since, &waits.lost_at) {
        lines.push(format!("{:<13} {at}  (not kept since {since})", "lost at"));
    }
    let settling = waits.settling.iter();
    lines.extend(settling.map(|to| {
        let head = format!("to {} at", to.tier);
        format!(
            "{head:<13} {}  (its rule holds since {})",
            to.until, to.since
        )
    }));
    lines
}

/// The loss of a tier that is to come, and what is missing then.
fn loss(told: &Told, loss: &ToldLoss) -> Vec<String> {
    let head = format!("{:<13} {} at {}", "falls to", loss.to, loss.at);
    let gap = loss.gap.iter().enumerate().map(|(i, one)| {
        let head = if i == 0 { "unless" } else { "" };
        format!("{head:<13} {}", compared(told, one))
    });
    let as_of = format!("{:<13} {}", "measured at", loss.measured_at);
    [head].into_iter().chain(gap).chain([as_of]).collect()
}

/// What moves without an event, a line for each move.
fn horizon(told: &Told) -> Vec<String> {
    let Some(next) = &told.horizon else {
        return vec!["\nnothing moves without an event".to_owned()];
    };
    let head = format!("\nwithout an event, at {}", next.at);
    let moves = next.moves.iter();
    let moves = moves.map(|one| format!("  {:<13} {} -> {}", one.ladder, one.from, one.to));
    [head].into_iter().chain(moves).collect()
}

/// The profile, a line for each member.
fn profile(told: &Told) -> Vec<String> {
    let members = told.profile.0.iter().enumerate();
    let line = |(ix, (name, member)): (usize, &(String, ToldMember))| {
        let head = if ix == 0 { "\nprofile\n" } else { "" };
        format!("{head}  {}", said(name, member))
    };
    members.map(line).collect()
}

/// What was said last of a member of the profile, and when.
fn said(name: &str, member: &ToldMember) -> String {
    let when = match (&member.said_at, &member.value) {
        (None, _) => "never said".to_owned(),
        (Some(at), Scalar::Never(())) => format!("taken away at {at}"),
        (Some(at), _) => format!("said at {at}"),
    };
    format!("{name:<13} {:<22} {when}", known(&member.value))
}

/// A value of the profile.
fn known(value: &Scalar) -> String {
    match value {
        Scalar::Never(()) => "unknown".to_owned(),
        value => value.to_string(),
    }
}

/// One comparison, with what is missing where it does not hold.
fn compared(told: &Told, one: &Compared) -> String {
    let subject = one
        .feature
        .as_deref()
        .or(one.ladder.as_deref())
        .unwrap_or_default();
    let of_profile = told.profile.0.iter().any(|(name, _)| name == subject);
    let value = match of_profile {
        true => known(&one.value),
        false => one.value.to_string(),
    };
    let mark = if one.holds { "yes" } else { "no " };
    let missing = missing(one).map_or(String::new(), |missing| format!("  {missing} more"));
    let text = format!(
        "{mark}  {subject:<22} {:>12} {:<2} {}{missing}",
        value, one.op, one.threshold
    );
    text.trim_end().to_owned()
}

/// How much is missing to a threshold that has to be reached.
fn missing(one: &Compared) -> Option<String> {
    if one.holds || one.op != ">=" {
        return None;
    }
    match (&one.value, &one.threshold) {
        (Scalar::Number(value), Scalar::Number(threshold)) => Some((threshold - value).to_string()),
        (Scalar::Text(value), Scalar::Text(threshold)) => {
            let (value, threshold) = (Money::parse(value).ok()?, Money::parse(threshold).ok()?);
            Some(Money(threshold.0.checked_sub(value.0)?).to_string())
        }
        _ => None,
    }
}
