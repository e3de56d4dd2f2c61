//! What the settings of a topic must be for its part in the service, and what they should be.

use std::collections::BTreeMap;

use crate::model::time::Span;
use crate::wire::snapshot::piece::PIECE;

use super::Difference;

/// What a topic is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Lanes read it, and are rebuilt from it.
    Input,
    /// Lanes are rebuilt along it.
    Ledger,
    /// Each record of it is one of its own.
    Changes,
    /// A table: the last record of each key.
    Current,
    /// What could not be applied waits here for somebody.
    DeadLetters,
    /// All texts of it, in one order.
    Policies,
    /// A cache that lanes are made of: the last record of each key.
    Snapshots,
}

/// A topic that is there.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) topic: String,
    pub(super) role: Role,
    pub(super) partitions: i32,
    /// Replicas of the partition that has fewest.
    pub(super) copies: usize,
}

/// A topic with the settings that it has.
#[derive(Clone, Debug)]
pub(super) struct Settled<'a> {
    pub(super) known: &'a Known,
    pub(super) settings: BTreeMap<String, String>,
}

/// A topic of snapshots that forgets who was erased within a day.
const ERASED_IN_A_DAY: &str = "max.compaction.lag.ms=86400000";
/// The longest that it may take without a word: a month, as who was erased may ask for.
const ERASED_WITHIN: i64 = 30 * 24 * 3_600_000;
/// Bytes that a record of a snapshot has besides its piece, at most.
const AROUND: usize = 4_096;

/// The settings with which a topic is to be made.
pub(super) fn wanted(role: Role) -> &'static [&'static str] {
    match role {
        Role::Current => &["cleanup.policy=compact"],
        // What was overwritten goes soon: it is much, and it is personal.
        Role::Snapshots => &[
            "cleanup.policy=compact",
            "segment.bytes=134217728",
            ERASED_IN_A_DAY,
        ],
        Role::Changes | Role::DeadLetters => &["cleanup.policy=delete"],
        Role::Input | Role::Ledger | Role::Policies => &[
            "cleanup.policy=delete",
            "retention.ms=-1",
            "retention.bytes=-1",
        ],
    }
}

/// What must be otherwise, and what should be.
pub(super) fn judge(topics: &[Settled<'_>], brokers: &str) -> (Vec<Difference>, Vec<Difference>) {
    let (mut must, mut should) = (Vec::new(), Vec::new());
    let court = Court { topics, brokers };
    for one in topics {
        must.extend(court.cleanup(one));
        match one.known.role {
            Role::Ledger | Role::Policies => match court.kept(one) {
                Some((true, difference)) => must.push(difference),
                Some((false, difference)) => should.push(difference),
                None => {}
            },
            Role::Input => should.extend(court.short(one)),
            Role::DeadLetters => must.extend(court.narrow(one)),
            Role::Snapshots => {
                must.extend(court.too_small(one));
                should.extend(court.forgetful(one));
                should.extend(court.unforgetting(one));
            }
            Role::Changes | Role::Current => {}
        }
        let (blocks, difference) = court.copies(one).unzip();
        match blocks {
            Some(true) => must.extend(difference),
            _ => should.extend(difference),
        }
        should.extend(court.unclean(one));
    }
    should.extend(court.alone());
    (must, should)
}

/// The topics that are judged.
struct Court<'a> {
    topics: &'a [Settled<'a>],
    brokers: &'a str,
}

impl Settled<'_> {
    fn is(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }

    /// A setting that is a number, if the cluster has told it.
    fn number(&self, name: &str) -> Option<i64> {
        self.is(name).parse().ok()
    }

    /// How long records are kept, if not for ever.
    fn lifetime(&self) -> Option<Span> {
        self.number("retention.ms").filter(|ms| *ms >= 0).map(Span)
    }

    /// The limits of what is kept, in words.
    fn limits(&self) -> Option<String> {
        let time = self.lifetime().map(|span| format!("for {span}"));
        let bytes = self.number("retention.bytes").filter(|bytes| *bytes >= 0);
        let bytes = bytes.map(|bytes| format!("up to {bytes} bytes a partition"));
        let all: Vec<String> = time.into_iter().chain(bytes).collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }
}

impl Court<'_> {
    fn set(&self, one: &Settled<'_>, settings: &str) -> String {
        format!(
            "kafka-configs.sh --bootstrap-server {} --alter --entity-type topics --entity-name {} \
             --add-config {settings}",
            self.brokers, one.known.topic
        )
    }

    /// Only the table of the standings and the snapshots may be compacted, and they must be.
    fn cleanup(&self, one: &Settled<'_>) -> Option<Difference> {
        let (topic, policy) = (&one.known.topic, one.is("cleanup.policy"));
        let compacted = policy.contains("compact");
        let why = match one.known.role {
            _ if policy.is_empty() => return None,
            Role::Current if !compacted => "it is the table of all standings, and loses them so",
            Role::Snapshots if !compacted => {
                "every snapshot would stay in it, or lanes that rest would lose theirs"
            }
            Role::Current if policy.contains("delete") && one.limits().is_some() => {
                "whoever has not moved for so long is lost from the table"
            }
            _ if !compacted => return None,
            Role::Current | Role::Snapshots => return None,
            Role::Input => "lanes are rebuilt from every record of it",
            Role::Ledger => "lanes are rebuilt along every entry of it",
            Role::Changes => "of each customer the last change alone would stay",
            Role::DeadLetters => "of each key the last alone would stay, and without a key none",
            Role::Policies => "every policy of it is read again at each start",
        };
        let wanted = match one.known.role {
            Role::Current | Role::Snapshots => "compact",
            _ => "delete",
        };
        Some(Difference {
            what: format!("{topic} has cleanup.policy={policy}, but {why}"),
            mend: self.set(one, &format!("cleanup.policy={wanted}")),
        })
    }

    /// Ledger and policies are kept for ever; the ledger at least as long as all inputs. Whether
    /// that must be mended.
    fn kept(&self, one: &Settled<'_>) -> Option<(bool, Difference)> {
        let limits = one.limits()?;
        let unbounded = one.number("retention.bytes").is_none_or(|bytes| bytes < 0);
        let inputs = self.topics.iter();
        let mut inputs = inputs.filter(|one| one.known.role == Role::Input);
        let outlives = one.known.role == Role::Ledger
            && unbounded
            && inputs.all(|input| {
                input
                    .lifetime()
                    .is_some_and(|it| Some(it) <= one.lifetime())
            });
        let why = match one.known.role {
            Role::Ledger => "no lane can be rebuilt without its first entry",
            _ => "every policy of it is read again at each start",
        };
        let difference = Difference {
            what: format!("{} keeps records {limits} only, but {why}", one.known.topic),
            mend: self.set(one, "retention.ms=-1,retention.bytes=-1"),
        };
        Some((!outlives, difference))
    }

    /// An input that is not kept for ever.
    fn short(&self, one: &Settled<'_>) -> Option<Difference> {
        let limits = one.limits()?;
        let by_producers = one.is("message.timestamp.type") == "CreateTime";
        let loaded = match one.lifetime() {
            Some(_) if by_producers => {
                ", and since its age goes by its producers' timestamps, a history that is loaded \
                 with old ones may be deleted before it is read"
            }
            _ => "",
        };
        let topic = &one.known.topic;
        Some(Difference {
            what: format!(
                "{topic} keeps records {limits} only; a lane is rebuilt from all that it has ever \
                 read, so it cannot be rebuilt once some of it is gone{loaded}"
            ),
            mend: self.set(one, "retention.ms=-1,retention.bytes=-1"),
        })
    }

    /// Dead letters that take less than the inputs.
    fn narrow(&self, one: &Settled<'_>) -> Option<Difference> {
        let name = "max.message.bytes";
        let most = one.number(name)?;
        let inputs = self.topics.iter();
        let inputs = inputs.filter(|one| one.known.role == Role::Input);
        let largest = inputs.filter_map(|input| input.number(name)).max()?;
        let topic = &one.known.topic;
        (most < largest).then(|| Difference {
            what: format!(
                "{topic} takes records of {most} bytes, the input topics of {largest}: a bad \
                 record of that size could not be put aside, and its lane would stand still"
            ),
            mend: self.set(one, &format!("{name}={largest}")),
        })
    }

    /// Snapshots that do not fit in.
    fn too_small(&self, one: &Settled<'_>) -> Option<Difference> {
        let (name, topic) = ("max.message.bytes", &one.known.topic);
        let most = one.number(name)?;
        let needed = i64::try_from(PIECE + AROUND).unwrap_or(i64::MAX);
        (most < needed).then(|| Difference {
            what: format!(
                "{topic} takes records of {most} bytes, but pieces of snapshots have {needed}: \
                 none could be kept"
            ),
            mend: self.set(one, &format!("{name}=1048588")),
        })
    }

    /// Snapshots that are not only overwritten, but deleted.
    fn forgetful(&self, one: &Settled<'_>) -> Option<Difference> {
        let (topic, policy) = (&one.known.topic, one.is("cleanup.policy"));
        let limits = one.limits()?;
        let deletes = policy.contains("compact") && policy.contains("delete");
        deletes.then(|| Difference {
            what: format!(
                "{topic} has cleanup.policy={policy} and keeps records {limits} only: a lane that \
                 rests for longer is replayed from its first record on"
            ),
            mend: self.set(one, "cleanup.policy=compact"),
        })
    }

    /// Snapshots that keep those who were erased.
    fn unforgetting(&self, one: &Settled<'_>) -> Option<Difference> {
        let topic = &one.known.topic;
        let lag = one.number("max.compaction.lag.ms")?;
        (lag > ERASED_WITHIN).then(|| Difference {
            what: format!(
                "{topic} has max.compaction.lag.ms={lag}: customers who were erased may lie in it \
                 for as long"
            ),
            mend: self.set(one, ERASED_IN_A_DAY),
        })
    }

    /// How many brokers have a record before it counts as written. Whether nothing can be.
    fn copies(&self, one: &Settled<'_>) -> Option<(bool, Difference)> {
        let Known { topic, copies, .. } = one.known;
        let least = usize::try_from(one.number("min.insync.replicas")?).ok()?;
        let (blocks, what, wanted) = match (least, *copies) {
            (least, copies) if least > copies => {
                (true, "nothing can be written to it", copies.max(1))
            }
            (_, 1) => return None,
            (1, _) => (
                false,
                "a record that one broker has counts as written, and goes with it",
                2,
            ),
            (least, copies) if least == copies => {
                let what = "nothing can be written to it while one of its brokers is away";
                (false, what, copies - 1)
            }
            _ => return None,
        };
        let difference = Difference {
            what: format!("{topic} has {copies} replicas and min.insync.replicas={least}: {what}"),
            mend: self.set(one, &format!("min.insync.replicas={wanted}")),
        };
        Some((blocks, difference))
    }

    /// A broker that was behind may take over, and what it lacks is lost.
    fn unclean(&self, one: &Settled<'_>) -> Option<Difference> {
        let name = "unclean.leader.election.enable";
        (one.is(name) == "true").then(|| Difference {
            what: format!(
                "{} has {name}=true: records that were committed may be lost when a broker fails",
                one.known.topic
            ),
            mend: self.set(one, &format!("{name}=false")),
        })
    }

    /// Topics that lie with one broker each.
    fn alone(&self) -> Option<Difference> {
        let alone = self.topics.iter().filter(|one| one.known.copies == 1);
        let alone: Vec<&str> = alone.map(|one| one.known.topic.as_str()).collect();
        (!alone.is_empty()).then(|| Difference {
            what: format!(
                "these topics have one replica, so what their broker loses is lost: {}",
                alone.join(", ")
            ),
            mend: "make them with --replication-factor 3, or add replicas with \
                   kafka-reassign-partitions.sh, and set min.insync.replicas=2"
                .to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(topic: &str, role: Role, copies: usize) -> Known {
        Known {
            topic: topic.to_owned(),
            role,
            partitions: 4,
            copies,
        }
    }

    fn settled<'a>(known: &'a Known, settings: &[(&str, &str)]) -> Settled<'a> {
        let sound: [(&str, &str); 6] = [
            (
                "cleanup.policy",
                match known.role {
                    Role::Current | Role::Snapshots => "compact",
                    _ => "delete",
                },
            ),
            ("retention.ms", "-1"),
            ("retention.bytes", "-1"),
            ("min.insync.replicas", "2"),
            ("message.timestamp.type", "CreateTime"),
            ("max.message.bytes", "1048588"),
        ];
        let all = sound.iter().chain(settings);
        let settings = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settled {
            known,
            settings: settings.collect(),
        }
    }

    /// What is said of a topic with these settings, beside an input with those.
    fn said(
        role: Role,
        copies: usize,
        settings: &[(&str, &str)],
        input: &[(&str, &str)],
    ) -> (Vec<String>, Vec<String>) {
        let (it, feed) = (known("t", role, copies), known("feed", Role::Input, 3));
        let topics = [settled(&it, settings), settled(&feed, input)];
        let (must, should) = judge(&topics, "b:1");
        let about = |all: Vec<Difference>| {
            let all = all.into_iter().filter(|one| one.what.starts_with("t "));
            all.map(|one| one.mend).collect()
        };
        (about(must), about(should))
    }

    fn alter(setting: &str) -> Vec<String> {
        let command = "kafka-configs.sh --bootstrap-server b:1 --alter --entity-type topics";
        vec![format!("{command} --entity-name t --add-config {setting}")]
    }

    const ROLES: [Role; 7] = [
        Role::Input,
        Role::Ledger,
        Role::Changes,
        Role::Current,
        Role::DeadLetters,
        Role::Policies,
        Role::Snapshots,
    ];
    const FOR_EVER: &str = "retention.ms=-1,retention.bytes=-1";
    const WEEK: (&str, &str) = ("retention.ms", "604800000");

    #[test]
    fn sound_settings_are_not_talked_about() {
        for role in ROLES {
            assert_eq!(said(role, 3, &[], &[]), (vec![], vec![]), "{role:?}");
        }
    }

    #[test]
    fn standings_and_snapshots_alone_are_compacted() {
        for role in ROLES {
            let (other, mended) = match role {
                Role::Current | Role::Snapshots => ("delete", "cleanup.policy=compact"),
                _ => ("compact", "cleanup.policy=delete"),
            };
            let (must, _) = said(role, 3, &[("cleanup.policy", other)], &[]);
            assert_eq!(must, alter(mended), "{role:?}");
        }
        let both = ("cleanup.policy", "compact,delete");
        assert_eq!(said(Role::Current, 3, &[both], &[]), (vec![], vec![]));
        let (must, _) = said(Role::Current, 3, &[both, WEEK], &[]);
        assert_eq!(must, alter("cleanup.policy=compact"));
    }

    #[test]
    fn snapshots_are_overwritten_and_nothing_else() {
        let of = |setting| said(Role::Snapshots, 3, &[setting], &[]);
        let both = ("cleanup.policy", "compact,delete");
        assert_eq!(of(both), (vec![], vec![]));
        let told = said(Role::Snapshots, 3, &[both, WEEK], &[]);
        assert_eq!(told, (vec![], alter("cleanup.policy=compact")));
        let small = of(("max.message.bytes", "262144"));
        assert_eq!(small, (alter("max.message.bytes=1048588"), vec![]));
        let never = of(("max.compaction.lag.ms", "9223372036854775807"));
        assert_eq!(never, (vec![], alter("max.compaction.lag.ms=86400000")));
        assert_eq!(of(("max.compaction.lag.ms", "86400000")), (vec![], vec![]));
    }

    #[test]
    fn what_is_read_again_is_kept() {
        for limit in [WEEK, ("retention.bytes", "1000000")] {
            for role in [Role::Ledger, Role::Policies] {
                let told = said(role, 3, &[limit], &[]);
                assert_eq!(told, (alter(FOR_EVER), vec![]), "{role:?}");
            }
            let told = said(Role::Input, 3, &[limit], &[]);
            assert_eq!(told, (vec![], alter(FOR_EVER)), "{limit:?}");
            for role in [Role::Changes, Role::Current, Role::DeadLetters] {
                assert_eq!(said(role, 3, &[limit], &[]), (vec![], vec![]), "{role:?}");
            }
        }
    }

    #[test]
    fn a_ledger_that_outlives_the_inputs_is_warned_of() {
        let day = ("retention.ms", "86400000");
        let warned = (vec![], alter(FOR_EVER));
        assert_eq!(said(Role::Ledger, 3, &[WEEK], &[day]), warned);
        assert_eq!(said(Role::Ledger, 3, &[WEEK], &[WEEK]), warned);
        let refused = (alter(FOR_EVER), vec![]);
        assert_eq!(said(Role::Ledger, 3, &[day], &[WEEK]), refused);
        let bytes = ("retention.bytes", "9");
        assert_eq!(said(Role::Ledger, 3, &[WEEK, bytes], &[day]), refused);
        assert_eq!(said(Role::Policies, 3, &[WEEK], &[day]), refused);
    }

    #[test]
    fn an_age_by_old_timestamps_is_told() {
        let told = |kind: &str| {
            let it = known("t", Role::Input, 3);
            let topics = [settled(&it, &[WEEK, ("message.timestamp.type", kind)])];
            let (_, should) = judge(&topics, "b:1");
            should[0].what.contains("timestamps")
        };
        assert!(told("CreateTime"));
        assert!(!told("LogAppendTime"));
    }

    #[test]
    fn dead_letters_take_what_the_inputs_take() {
        let large = ("max.message.bytes", "5000000");
        let (must, _) = said(Role::DeadLetters, 3, &[], &[large]);
        assert_eq!(must, alter("max.message.bytes=5000000"));
        assert_eq!(said(Role::DeadLetters, 3, &[large], &[large]).0, [""; 0]);
        assert_eq!(said(Role::Changes, 3, &[], &[large]).0, [""; 0]);
    }

    #[test]
    fn records_are_with_several_brokers_before_they_count() {
        let least = |least| [("min.insync.replicas", least)];
        let of = |copies, settings: &[(&str, &str)]| said(Role::Changes, copies, settings, &[]);
        assert_eq!(of(2, &least("3")), (alter("min.insync.replicas=2"), vec![]));
        assert_eq!(of(3, &least("1")), (vec![], alter("min.insync.replicas=2")));
        assert_eq!(of(3, &least("3")), (vec![], alter("min.insync.replicas=2")));
        assert_eq!(of(1, &least("1")), (vec![], vec![]));
        let unclean = [("unclean.leader.election.enable", "true")];
        let mended = alter("unclean.leader.election.enable=false");
        assert_eq!(of(3, &unclean), (vec![], mended));
    }

    #[test]
    fn topics_without_copies_are_named_together() {
        let (a, b) = (known("a", Role::Input, 1), known("b", Role::Ledger, 1));
        let one = [("min.insync.replicas", "1")];
        let topics = [settled(&a, &one), settled(&b, &one)];
        let (must, should) = judge(&topics, "b:1");
        assert!(must.is_empty(), "{must:?}");
        assert_eq!(should.len(), 1);
        assert!(should[0].what.ends_with(": a, b"), "{should:?}");
    }
}
