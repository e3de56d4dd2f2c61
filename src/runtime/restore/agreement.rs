//! Whether a lane that is rebuilt stands where its group says that it does.

use crate::model::time::{Span, Timestamp};
use crate::port::{Reached, Source, Trouble};
use crate::runtime::intake::Intake;
use crate::runtime::plan::Plan;
use crate::teeth::{Tooth, bites};

use super::Restore;

/// A process that has stood still, or whose clock has been set, has not looked meanwhile: it looks
/// so often before a ledger counts as one that disagrees.
const LOOKS_LEAST: i64 = 8;

impl Restore {
    /// Whether the committed offsets are where the ledger ends. The ledger's last entries may take
    /// a moment to become visible, and one of time alone leaves the offsets where they are: they
    /// name the unit.
    pub(super) fn agree<S: Source>(
        &mut self,
        plan: &Plan,
        intake: &Intake<S::Record>,
        source: &mut S,
        now: Timestamp,
    ) -> Result<bool, Trouble> {
        let committed = source.committed(self.lane)?;
        let reached = intake.next();
        let mut places = committed.next.iter().zip(&reached).zip(&self.named);
        let agreed = places.all(|((committed, reached), named)| match committed {
            Some(committed) => committed == reached,
            None => !named,
        });
        let unit = intake.lane.last_unit();
        let named = committed.unit.is_none_or(|it| it == unit) || bites(Tooth::UnitUnasked);
        if agreed && named || bites(Tooth::EndBelieved) {
            return Ok(true);
        }
        let most = plan.agreement_wait.0 / LOOKS_LEAST;
        let (last, waited) = self.disagreeing.unwrap_or((now, Span(0)));
        let waited = Span(waited.0 + (now - last).0.clamp(0, most));
        self.disagreeing = Some((now, waited));
        if waited < plan.agreement_wait {
            return Ok(false);
        }
        Err(Trouble::Fatal(format!(
            "lane {}: the ledger ends with {} but the group has committed {}; \
             has somebody reset the group's offsets, has the ledger lost records, or has Kafka \
             lost the end of a transaction?",
            self.lane,
            show(&Reached {
                next: reached.into_iter().map(Some).collect(),
                unit: Some(unit),
            }),
            show(&committed),
        )))
    }
}

/// How far a lane has come, for people.
pub(in crate::runtime) fn show(reached: &Reached) -> String {
    let offsets = reached.next.iter();
    let all: Vec<String> = offsets
        .map(|offset| offset.map_or_else(|| "nothing".to_owned(), |offset| offset.to_string()))
        .collect();
    let unit = reached
        .unit
        .map_or_else(String::new, |unit| format!("unit {unit}, "));
    format!("{unit}offsets ({})", all.join(", "))
}
