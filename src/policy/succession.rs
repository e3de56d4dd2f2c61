//! Where a customer whom one policy has put somewhere stands as another policy reads it.

use crate::model::standing::ScaleIx;

use super::declared::Policy;

/// The names of a ladder or map that a policy has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Of the ladder or map.
    pub name: String,
    /// Whether it is a ladder.
    pub ladder: bool,
    /// Of its tiers or segments.
    pub ranks: Vec<String>,
}

/// What another policy makes of places.
#[derive(Clone, Debug)]
pub struct Succession {
    /// By ladder and map of the new policy.
    pub heirs: Vec<Heir>,
    /// The ladders and maps of the old policy that the new one has not.
    pub gone: Vec<usize>,
    /// Whether the two differ in the names of their ladders, or of their maps.
    pub renamed: bool,
}

/// A ladder or map of the new policy.
#[derive(Clone, Debug)]
pub struct Heir {
    /// The column of its name, if there is one.
    pub from: Option<usize>,
    /// By rank there.
    pub ranks: Vec<Mapped>,
    /// By rank here: the rank of the same tier or segment there.
    pub tiers: Vec<Option<u8>>,
}

impl Heir {
    /// Where a customer of a rank there stands here, `first` being the first place.
    #[must_use]
    pub fn rank(&self, there: u8, first: u8) -> u8 {
        match self.ranks[usize::from(there)] {
            Mapped::Is(rank) => rank,
            Mapped::Gone(rank) => rank.unwrap_or(first),
        }
    }
}

/// What becomes of a tier or segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// It has this rank.
    Is(u8),
    /// It is no more: customers are put on that rank, or to the first place.
    Gone(Option<u8>),
}

/// The ladders and maps of a policy.
#[must_use]
pub fn columns(policy: &Policy) -> Vec<Column> {
    let scales = (0..policy.scales()).map(ScaleIx);
    scales
        .map(|scale| Column {
            name: policy.scale_name(scale).to_owned(),
            ladder: policy.is_ladder(scale),
            ranks: policy
                .rank_names(scale)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        })
        .collect()
}

impl Succession {
    /// From the columns there are, of which the first `old` are those of the old policy, to those
    /// of the new one.
    #[must_use]
    pub fn new(columns: &[Column], old: usize, new: &[Column]) -> Self {
        let heir = |heir: &Column| {
            let from = columns.iter().position(|column| column.name == heir.name);
            let ranks = from.map_or_else(Vec::new, |from| mapped(&columns[from], heir));
            let tier = |rank| {
                let there = ranks.iter().zip(0..);
                let mut there = there.filter(|(mapped, _)| **mapped == Mapped::Is(rank));
                there.next().map(|(_, rank)| rank)
            };
            let tiers = (0..).take(heir.ranks.len()).map(tier).collect();
            Heir { from, ranks, tiers }
        };
        let has = |column: &Column| new.iter().any(|heir| heir.name == column.name);
        let gone: Vec<usize> = (0..old).filter(|ix| !has(&columns[*ix])).collect();
        let heirs: Vec<Heir> = new.iter().map(heir).collect();
        let mut stays = heirs.iter().zip(new).map(|(heir, is)| {
            let from = heir.from.filter(|from| *from < old);
            from.is_some_and(|from| columns[from].ladder == is.ladder)
        });
        Self {
            renamed: !gone.is_empty() || !stays.all(|stays| stays),
            heirs,
            gone,
        }
    }
}

/// What becomes of each rank of a column.
fn mapped(column: &Column, heir: &Column) -> Vec<Mapped> {
    let find = |name: &String| heir.ranks.iter().zip(0..).find(|(known, _)| *known == name);
    let there = |rank: usize| find(&column.ranks[rank]).map(|(_, rank)| rank);
    let below = |rank: usize| (0..rank).rev().find_map(there);
    let ladders = column.ladder && heir.ladder;
    (0..column.ranks.len())
        .map(|rank| match there(rank) {
            Some(rank) => Mapped::Is(rank),
            None => Mapped::Gone(below(rank).filter(|_| ladders)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ladder: bool, ranks: &[&str]) -> Column {
        Column {
            name: name.to_owned(),
            ladder,
            ranks: ranks.iter().map(|rank| (*rank).to_owned()).collect(),
        }
    }

    #[test]
    fn places_go_by_names() {
        let old = [
            column("value", true, &["none", "silver", "gold", "jade"]),
            column("styles", false, &["loud", "quiet", "rest"]),
            column("old", true, &["a", "b"]),
        ];
        let new = [
            column("fresh", true, &["x"]),
            column("value", true, &["member", "jade", "silver"]),
            column("styles", false, &["rest", "quiet"]),
        ];
        let made = Succession::new(&old, 3, &new);
        use Mapped::{Gone, Is};
        assert_eq!(made.heirs[0].from, None);
        assert_eq!(made.heirs[1].from, Some(0));
        assert_eq!(
            made.heirs[1].ranks,
            [Gone(None), Is(2), Gone(Some(2)), Is(1)]
        );
        assert_eq!(made.heirs[1].tiers, [None, Some(3), Some(1)]);
        assert_eq!(made.heirs[2].ranks, [Gone(None), Is(1), Is(0)]);
        assert_eq!((made.gone, made.renamed), (vec![2], true));
    }

    #[test]
    fn what_is_gone_is_found_again_behind_what_is_there() {
        let columns = [
            column("new", true, &["a"]),
            column("old", true, &["a", "b"]),
        ];
        let made = Succession::new(&columns, 1, &columns[1..]);
        assert_eq!(made.heirs[0].from, Some(1));
        assert_eq!((made.gone, made.renamed), (vec![0], true));
        let same = Succession::new(&columns, 1, &columns[..1]);
        assert_eq!((same.gone, same.renamed), (vec![], false));
    }
}
