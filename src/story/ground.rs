//! What the parts of a story are read against: the text for its places, the policy for its names.

use crate::features::feature::Unit;
use crate::model::change::Measure;
use crate::model::money::Money;
use crate::model::period::parse_date;
use crate::model::standing::ScaleIx;
use crate::model::time::{DAY_MS, Span};
use crate::policy::declared::Policy;
use crate::policy::problem::{ByteRange, Problem};
use crate::policy::rule::Subject;
use crate::policy::suggestion::help;

/// The text that is read and the policy that it is about.
pub(super) struct Ground<'a> {
    pub(super) text: &'a str,
    pub(super) policy: &'a Policy,
}

impl Ground<'_> {
    /// Where a part of the text stands in it.
    pub(super) fn span(&self, part: &str) -> ByteRange {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let start = start.min(self.text.len());
        start..(start + part.len()).min(self.text.len())
    }

    /// A problem with a part of the text.
    pub(super) fn problem(&self, part: &str, message: String, label: &str) -> Problem {
        Problem::new(&self.span(part), message, label)
    }

    /// The ladder or map of that name.
    pub(super) fn scale(&self, name: &str) -> Result<ScaleIx, Problem> {
        let names = self.scales();
        let found = names.iter().position(|known| *known == name);
        found.map(ScaleIx).ok_or_else(|| {
            let message = format!("the policy has no ladder or map \"{name}\"");
            self.problem(name, message, "not a name of it").help(help(
                name,
                "ladders and maps",
                &names,
            ))
        })
    }

    /// The tier or segment of that name.
    pub(super) fn rank(&self, scale: ScaleIx, name: &str) -> Result<u8, Problem> {
        let names = self.policy.rank_names(scale);
        let found = names.iter().position(|known| *known == name);
        let rank = found.and_then(|rank| u8::try_from(rank).ok());
        rank.ok_or_else(|| {
            let (noun, plural) = match self.policy.is_ladder(scale) {
                true => ("tier", "its tiers"),
                false => ("segment", "its segments"),
            };
            let ladder = self.policy.scale_name(scale);
            let message = format!("\"{ladder}\" has no {noun} \"{name}\"");
            self.problem(name, message, &format!("not a {noun} of it"))
                .help(help(name, plural, &names))
        })
    }

    /// The feature, or else the ladder or map, of that name.
    pub(super) fn subject(&self, name: &str) -> Result<Subject, Problem> {
        let features = self.policy.features.iter();
        let features: Vec<&str> = features.map(|feature| feature.name.as_str()).collect();
        if let Some(index) = features.iter().position(|known| *known == name) {
            return Ok(Subject::Feature(index));
        }
        let scales = self.scales();
        if let Some(index) = scales.iter().position(|known| *known == name) {
            return Ok(Subject::Tier(ScaleIx(index)));
        }
        let message = format!("the policy has no ladder, map or feature \"{name}\"");
        let known: Vec<&str> = scales.into_iter().chain(features).collect();
        Err(self
            .problem(name, message, "not a name of it")
            .help(help(name, "its names", &known)))
    }

    /// A value in the unit of a feature.
    pub(super) fn measure(&self, feature: usize, text: &str) -> Result<Measure, Problem> {
        let feature = &self.policy.features[feature];
        let unsaid = feature.aggregate.may_be_unknown();
        if unsaid && text == "unknown" {
            return Ok(Measure::Unknown);
        }
        let number = match feature.unit() {
            Unit::Money | Unit::Decimal => Money::parse(text).map(|money| money.0).ok(),
            Unit::Percent => {
                let number = text.strip_suffix('%');
                number.and_then(|number| Money::parse(number).map(|percent| percent.0).ok())
            }
            Unit::Number => text.parse().ok(),
            Unit::Millis => Span::parse(text).map(|span| span.0).ok(),
            Unit::Days => days(text),
            Unit::Flag => text.parse().map(i64::from as fn(bool) -> i64).ok(),
            Unit::Date => parse_date(text).map(|day| day.0.into()),
            Unit::Text if text == "never" && !unsaid => return Ok(Measure::Never),
            Unit::Text => return Ok(Measure::from(text)),
        };
        let expected = match feature.unit() {
            Unit::Money => "an amount such as 120.00",
            Unit::Number => "a whole number",
            Unit::Percent => "a percentage such as 62.5%",
            Unit::Decimal => "a number such as 1.5",
            Unit::Millis => "a length of time such as 36h, or never",
            Unit::Days => "a number of days such as 31d, or never",
            Unit::Text => "a text, or never",
            Unit::Flag => "true, false or unknown",
            Unit::Date => "a date such as 2026-01-31, or unknown",
        };
        match (text, feature.unit()) {
            ("never", Unit::Millis | Unit::Days) => Ok(Measure::Never),
            _ => number.map(Measure::Is).ok_or_else(|| {
                let message = format!("\"{}\" is never \"{text}\"", feature.name);
                self.problem(text, message, &format!("not {expected}"))
            }),
        }
    }

    fn scales(&self) -> Vec<&str> {
        (0..self.policy.scales())
            .map(|index| self.policy.scale_name(ScaleIx(index)))
            .collect()
    }
}

fn days(text: &str) -> Option<i64> {
    let span = Span::parse(text).ok()?;
    (span.0 % DAY_MS == 0).then_some(span.0 / DAY_MS)
}
