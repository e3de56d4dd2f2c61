//! Windows that begin with the starts of a ladder, from what was written.

use crate::features::feature::{Feature, Start, Treatment, Unit, Window};
use crate::model::money::SCALE;

use super::counter::{keeping, looks_at, threshold};
use super::declaration::Verb;
use super::declared::{Policy, Tier};
use super::draft::{Draft, FeatureDraft, TierDraft, Written};
use super::owner::{Owner, choose};
use super::problem::Problem;
use super::rule::Rule;
use super::suggestion;
use super::window::SINCE_START;

const TREATMENTS: [(Treatment, &str); 3] = [
    (Treatment::Reset, "reset"),
    (Treatment::Keep, "keep"),
    (Treatment::Deduct, "deduct"),
];

/// Whether the window of a feature begins with the starts of a ladder.
pub(super) fn begins(draft: &FeatureDraft) -> bool {
    let window = draft.window.written();
    window.is_some_and(|window| window.value.starts_with(SINCE_START))
}

/// The window that begins with the starts of the ladder of that name; how it is treated then is
/// read later.
pub(super) fn start(
    verb: Verb,
    (ladder, window): (&str, &Written<String>),
    ladders: &[&str],
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Window> {
    if !matches!(verb, Verb::Sum | Verb::Count) {
        let message = format!(
            "{} begins with a ladder, but is no sum or count",
            owner.title
        );
        let problem = Problem::new(&window.span, message, "only of a sum or a count");
        problems.push(problem.help("write aggregate = \"sum\" or \"count\", or another window"));
        return None;
    }
    let place = ladders.iter().position(|known| *known == ladder);
    let Some(ladder) = place else {
        let message = format!("window \"{}\" begins with no ladder", window.value);
        let problem = Problem::new(&window.span, message, "not a ladder");
        problems.push(problem.help(suggestion::help(ladder, "ladders", ladders)));
        return None;
    };
    Some(Window::Start(Start {
        ladder,
        promotion: Treatment::Reset,
        renewal: Treatment::Reset,
        most: i64::MAX,
    }))
}

/// The feature with how it is treated at a start of its ladder.
pub(super) fn treated(
    mut feature: Feature,
    draft: &FeatureDraft,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Feature> {
    let unit = feature.unit();
    let keys = [
        ("on_promotion", &draft.on_promotion),
        ("on_renewal", &draft.on_renewal),
    ];
    let Window::Start(start) = &mut feature.window else {
        for (key, given) in keys {
            if let Some(written) = given.written() {
                let message = format!("{} has `{key}`, but begins with no ladder", owner.title);
                let problem = Problem::new(&written.span, message, "never treated so");
                problems.push(problem.help(format!(
                    "remove `{key}`, or write window = \"{SINCE_START}...\""
                )));
            }
        }
        return Some(feature);
    };
    let mut read = |given: &super::draft::Given<String>| {
        let read =
            given.read(|word| choose(word, ("treatment", "treatments"), &TREATMENTS, problems));
        read.map(|treatment| treatment.unwrap_or(Treatment::Reset))
    };
    let (promotion, renewal) = (read(&draft.on_promotion), read(&draft.on_renewal));
    (start.promotion, start.renewal) = (promotion?, renewal?);
    if let Some(written) = draft.at_most.written() {
        let deducts = [start.promotion, start.renewal].contains(&Treatment::Deduct);
        if !deducts || written.value < 1 {
            let message = format!("{} has at_most = {}", owner.title, written.value);
            let (label, help) = match deducts {
                true => (
                    "at least 1",
                    "to carry nothing, write \"reset\" for \"deduct\"",
                ),
                false => (
                    "nothing is carried",
                    "remove `at_most`, or deduct at a start",
                ),
            };
            problems.push(Problem::new(&written.span, message, label).help(help));
            return None;
        }
        start.most = match unit {
            Unit::Number => written.value,
            _ => written.value.saturating_mul(SCALE),
        };
    }
    Some(feature)
}

/// Tells of features that begin with a ladder and do not go together with what it says.
pub(super) fn check(policy: &Policy, draft: &Draft, problems: &mut Vec<Problem>) {
    for (ix, (feature, written)) in policy.features.iter().zip(&draft.features).enumerate() {
        let (Window::Start(start), Some(window)) = (feature.window, written.window.written())
        else {
            continue;
        };
        let ladder = &policy.ladders[start.ladder];
        let drafts = draft
            .ladders
            .as_ref()
            .and_then(|ladders| ladders.get(start.ladder));
        let drafts = drafts.and_then(|ladder| ladder.tiers.as_deref());
        let mut checked = Checked {
            policy,
            ix,
            problems,
        };
        let tiers = ladder.tiers.iter().zip(drafts.unwrap_or_default());
        for (tier, there) in tiers.skip(1) {
            if start.promotion != Treatment::Keep {
                checked.lost(window, (tier, there));
            }
            if start.promotion == Treatment::Deduct {
                let rule = tier.enter.as_ref();
                checked.deducted(window, ("enter", rule), (tier, there));
            }
            if start.renewal == Treatment::Deduct && tier.patience.term.is_some() {
                let key = if tier.keep.is_some() { "keep" } else { "enter" };
                checked.deducted(window, (key, keeping(tier)), (tier, there));
            }
        }
        checked.elsewhere(window, start.ladder);
        let renewed = ladder.tiers.iter().any(|tier| tier.patience.term.is_some());
        if let Some(renewal) = written.on_renewal.written().filter(|_| !renewed) {
            let message = format!(
                "feature \"{}\" has on_renewal = \"{}\", but no tier of ladder \"{}\" has a `term`",
                feature.name, renewal.value, ladder.name
            );
            let problem = Problem::new(&renewal.span, message, "nothing is ever renewed");
            problems.push(problem.help("remove `on_renewal`, or add such as term = \"12 months\""));
        }
    }
}

/// A feature that begins with a ladder.
struct Checked<'a> {
    policy: &'a Policy,
    ix: usize,
    problems: &'a mut Vec<Problem>,
}

impl Checked<'_> {
    /// What is deducted must be said once.
    fn deducted(
        &mut self,
        window: &Written<String>,
        (key, rule): (&str, Option<&Rule>),
        (tier, there): (&Tier, &TierDraft),
    ) {
        if rule.is_some_and(|rule| threshold(self.policy, rule, self.ix).is_some()) {
            return;
        }
        let name = &self.policy.features[self.ix].name;
        let message = format!(
            "\"{name}\" deducts a threshold, but the rule `{key}` of tier \"{}\" has not one \
             \"{name} >= ...\"",
            tier.name
        );
        let problem = Problem::new(&window.span, message, "nothing says what to deduct");
        let problem = problem.also(&there.header, "one comparison by >= here");
        self.problems.push(problem.help(format!(
            "compare \"{name}\" by >= once in `{key}` of tier \"{}\"; \"{name} >= 0\" deducts \
             nothing",
            tier.name
        )));
    }

    /// Who comes to a tier must not lose it at once by that.
    fn lost(&mut self, window: &Written<String>, (tier, there): (&Tier, &TierDraft)) {
        let keeps = keeping(tier).is_some_and(|rule| looks_at(self.policy, rule, self.ix));
        if !keeps || tier.patience.lasts() {
            return;
        }
        let name = &self.policy.features[self.ix].name;
        let message = format!(
            "\"{name}\" begins anew with tier \"{}\", which is lost when its rule does not hold",
            tier.name
        );
        let problem = Problem::new(&window.span, message, "what keeps the tier is taken off");
        let problem = problem.also(&there.header, "reached and lost at one instant");
        let help = "give the tier such as term = \"12 months\", or a `keep` of another number";
        self.problems.push(problem.help(help));
    }

    /// Other ladders may not look at it.
    fn elsewhere(&mut self, window: &Written<String>, own: usize) {
        let (policy, ix) = (self.policy, self.ix);
        let ladders = policy.ladders.iter().enumerate();
        for (_, other) in ladders.filter(|(ladder, _)| *ladder != own) {
            let mut rules = other.tiers.iter().flat_map(Tier::rules);
            if rules.any(|rule| looks_at(policy, rule, ix)) {
                let name = &policy.features[ix].name;
                let (own, other) = (&policy.ladders[own].name, &other.name);
                let message = format!(
                    "\"{name}\" begins with ladder \"{own}\", but ladder \"{other}\" looks at it"
                );
                let problem = Problem::new(&window.span, message, "for its own ladder, and maps");
                self.problems
                    .push(problem.help(format!("declare one that begins with \"{other}\"")));
            }
        }
    }
}
