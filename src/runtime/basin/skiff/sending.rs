//! The publishing half of a connection: records, transactions, another producer.

use crate::model::ids::LaneId;
use crate::port::{Bus, Offsets, Outgoing, Output, Sink, Trouble};

use super::super::broker::{Mark, Request};
use super::super::log::index;
use super::super::weather::Step;
use super::committing::Commit;
use super::{Death, Skiff, Way, dead, restart};

impl Sink for Skiff {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        let way = self.meet(match outgoing.output {
            Output::Changes => Step::SendChange,
            Output::Current => Step::SendStanding,
            Output::DeadLetters => Step::SendDeadLetter,
            Output::Ledger => Step::SendEntry,
            Output::Transfers => Step::SendTransfer,
        });
        if let Way::Dead(Death::Before) = way {
            return Err(dead());
        }
        if !self.hull.open.get() || self.commit.is_some() {
            self.world
                .note_wrong("a record was sent outside of a transaction");
        }
        if let Some(Trouble::Fenced(why)) = &self.lost {
            return Err(Trouble::Fenced(why.clone()));
        }
        let request = self.request(outgoing);
        let later = self.world.dice.one_in(2);
        match way {
            Way::Clear if self.lazy => self.outbound.push(request),
            Way::Clear => self.deliver(&request),
            Way::Doubled => {
                self.flush();
                self.deliver(&request);
                self.float(request);
            }
            Way::Delayed | Way::Unheard | Way::Refused => {
                match way {
                    Way::Delayed => {
                        let (who, epoch) = (self.hull.who, self.epoch);
                        self.float(Request::Add { who, epoch });
                        self.float(request);
                    }
                    Way::Unheard => {
                        self.flush();
                        self.deliver(&request);
                    }
                    _ => {}
                }
                self.lost
                    .get_or_insert(restart("a record was not delivered"));
                return if later {
                    Ok(())
                } else {
                    Err(restart("cannot publish a record"))
                };
            }
            Way::Dead(death) => return Err(self.dies(death, [request])),
        }
        Ok(())
    }
}

impl Bus for Skiff {
    type Reading = Self;

    fn reading(&mut self) -> &mut Self {
        self
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        self.may(Step::Begin)?;
        self.doubting = false;
        if self.hull.open.get() || self.commit.is_some() {
            self.world
                .note_wrong("a transaction was begun while another was open");
        }
        if let Some(Trouble::Fenced(why)) = &self.lost {
            return Err(Trouble::Fenced(why.clone()));
        }
        self.sent = 0;
        self.hull.open.set(true);
        Ok(())
    }

    fn commit(&mut self, lanes: &[Offsets]) -> Result<(), Trouble> {
        if !self.hull.alive.get() {
            return Err(dead());
        }
        if !self.hull.open.get() || self.commit.is_some() {
            self.world
                .note_wrong("nothing was open that could be committed");
        }
        let member = self.hull.member.get();
        let Some(member) = member else {
            return Err(restart("the consumer is in no group"));
        };
        let marks = lanes.iter().map(|offsets| Mark {
            lane: offsets.lane,
            unit: offsets.unit,
            next: offsets.next.iter().map(|it| index(*it)).collect(),
        });
        self.commit = Some(Commit::new(marks.collect(), member, self.generation));
        Ok(())
    }

    fn is_committed(&mut self) -> Result<bool, Trouble> {
        self.carry_on(false)
    }

    fn hear_out(&mut self) -> Result<(), Trouble> {
        self.carry_on(true).map(drop)
    }

    fn renew(&mut self) -> Result<(), Trouble> {
        let old = std::mem::take(&mut self.outbound);
        if self.world.dice.one_in(2) {
            old.into_iter().for_each(|request| self.float(request));
        }
        self.commit = None;
        self.init(Step::Renew)
    }

    fn ledger_ends(&mut self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        self.doubting = true;
        self.may(Step::LookAtEnd)?;
        let broker = self.world.broker.borrow();
        let last = |lane: &LaneId| {
            let place = broker.shape.output(Output::Ledger, *lane);
            let entry = broker.visible(place).last();
            entry.map(|(_, payload)| payload.value.as_deref().unwrap_or_default().to_vec())
        };
        Ok(lanes.iter().map(last).collect())
    }

    fn owner(&self) -> &str {
        &self.owner
    }
}
