//! Cells of recency, frequency and monetary value: how they are written, and that each lies in
//! exactly one segment.

use super::draft::Written;
use super::problem::{ByteRange, Problem};

/// As many cells as one problem lists.
const LISTED_MAX: usize = 8;

/// One of the three questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// How long ago?
    Recency,
    /// How often?
    Frequency,
    /// For how much money?
    Monetary,
}

impl Dimension {
    /// All three, in the order of their letters.
    pub(super) const ALL: [Self; 3] = [Self::Recency, Self::Frequency, Self::Monetary];

    /// The name of its ladder and of its key.
    pub(super) fn ladder(self) -> &'static str {
        match self {
            Self::Recency => "recency",
            Self::Frequency => "frequency",
            Self::Monetary => "monetary",
        }
    }

    /// The name of one of its bands, from 1, the best having the largest number.
    pub(super) fn band(self, number: usize) -> String {
        format!("{}{number}", self.letter())
    }

    fn letter(self) -> char {
        match self {
            Self::Recency => 'r',
            Self::Frequency => 'f',
            Self::Monetary => 'm',
        }
    }
}

/// The cut points of each dimension; none where it is not asked for.
pub(super) struct Bands {
    pub(super) recency: Vec<Written<String>>,
    pub(super) frequency: Vec<Written<String>>,
    pub(super) monetary: Vec<Written<String>>,
}

impl Bands {
    pub(super) fn of(&self, dimension: Dimension) -> &[Written<String>] {
        match dimension {
            Dimension::Recency => &self.recency,
            Dimension::Frequency => &self.frequency,
            Dimension::Monetary => &self.monetary,
        }
    }
}

/// A block of cells: bands from and to, of each dimension that it limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell([Option<(usize, usize)>; 3]);

impl Cell {
    /// "r5 f4-5": a dimension that is not named is not limited.
    pub(super) fn read(
        text: &Written<String>,
        bands: &Bands,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let mut cell = Self([None; 3]);
        for term in text.value.split_whitespace() {
            let (index, dimension, from, to) = match apart(term) {
                Some(term) => term,
                None => {
                    problems.push(misread(text, term));
                    return None;
                }
            };
            let count = match bands.of(dimension).len() {
                0 => 0,
                cuts => cuts + 1,
            };
            if from == 0 || from > to || to > count {
                problems.push(beyond(text, term, dimension, count));
                return None;
            }
            if cell.0[index].replace((from, to)).is_some() {
                let message = format!("\"{}\" names {} twice", text.value, dimension.ladder());
                let problem = Problem::new(&text.span, message, "a second time");
                problems.push(problem.help("write two cells for two blocks of bands"));
                return None;
            }
        }
        if cell.0 == [None; 3] {
            problems.push(misread(text, &text.value));
            return None;
        }
        Some(cell)
    }

    /// One that is built in.
    pub(super) fn known(text: &str) -> Self {
        let mut cell = Self([None; 3]);
        for (index, _, from, to) in text.split_whitespace().filter_map(apart) {
            cell.0[index] = Some((from, to));
        }
        cell
    }

    /// The dimensions that it limits, with the bands from and to.
    pub(super) fn bounds(&self) -> impl Iterator<Item = (Dimension, (usize, usize))> {
        let all = Dimension::ALL.into_iter().zip(self.0);
        all.filter_map(|(dimension, bounds)| Some((dimension, bounds?)))
    }

    fn holds(&self, bands: [usize; 3]) -> bool {
        let limits = self.0.iter().zip(bands);
        limits
            .filter_map(|(limit, band)| Some((limit.as_ref()?, band)))
            .all(|((from, to), band)| (*from..=*to).contains(&band))
    }
}

/// "f4-5" as the place of its dimension among all, the dimension and the bands.
fn apart(term: &str) -> Option<(usize, Dimension, usize, usize)> {
    let index = Dimension::ALL
        .iter()
        .position(|dimension| term.starts_with(dimension.letter()))?;
    let (from, to) = match term[1..].split_once('-') {
        Some(ends) => ends,
        None => (&term[1..], &term[1..]),
    };
    let digit = |text: &str| match text.as_bytes() {
        [digit @ b'0'..=b'9'] => Some(usize::from(digit - b'0')),
        _ => None,
    };
    Some((index, Dimension::ALL[index], digit(from)?, digit(to)?))
}

fn misread(text: &Written<String>, term: &str) -> Problem {
    let message = format!("\"{term}\" is not a part of a cell");
    Problem::new(&text.span, message, "not bands")
        .help("write bands such as \"r5 f4-5\" or \"r1-2 f3 m5\"")
}

fn beyond(text: &Written<String>, term: &str, dimension: Dimension, count: usize) -> Problem {
    let key = dimension.ladder();
    let message = match count {
        0 => format!("\"{term}\" asks for `{key}`, which [rfm] does not have"),
        _ => format!("\"{term}\" is beyond the {count} bands of `{key}`"),
    };
    let problem = Problem::new(&text.span, message, "no such bands");
    problem.help(match count {
        0 => format!("add `{key}` to [rfm], with its cut points"),
        _ => format!(
            "bands of it are {} to {}, the smaller one first",
            dimension.band(1),
            dimension.band(count)
        ),
    })
}

/// Tells of cells that lie in no segment, and of those that lie in two.
pub(super) fn check(
    header: &ByteRange,
    segments: &[(&str, &[(Cell, ByteRange)])],
    bands: &Bands,
    problems: &mut Vec<Problem>,
) {
    let blocks: Vec<(&str, &Cell, &ByteRange)> = segments
        .iter()
        .flat_map(|(name, cells)| cells.iter().map(|(cell, span)| (*name, cell, span)))
        .collect();
    let mut free = Vec::new();
    let mut shared: Vec<(usize, usize, Vec<String>)> = Vec::new();
    for cell in all_cells(bands, &blocks) {
        let mut holders = (0..blocks.len()).filter(|at| blocks[*at].1.holds(cell));
        match (holders.next(), holders.next()) {
            (None, _) => free.push(shown(cell)),
            (Some(one), Some(other)) => {
                match shared.iter_mut().find(|(a, b, _)| (*a, *b) == (one, other)) {
                    Some((_, _, cells)) => cells.push(shown(cell)),
                    None => shared.push((one, other, vec![shown(cell)])),
                }
            }
            (Some(_), None) => {}
        }
    }
    if !free.is_empty() {
        let message = format!("no segment of [rfm] has {}", listed(&free));
        let problem = Problem::new(header, message, "customers would fall through");
        problems.push(problem.help("put each cell into exactly one [[rfm.segment]]"));
    }
    for (one, other, cells) in shared {
        let ((first, _, first_span), (second, _, span)) = (blocks[one], blocks[other]);
        let cells = listed(&cells);
        let message = match first == second {
            true => format!("\"{first}\" has {cells} twice"),
            false => format!("both \"{first}\" and \"{second}\" have {cells}"),
        };
        let problem = Problem::new(span, message, "has them again");
        let problem = problem.also(first_span, "has them already");
        problems.push(problem.help("take them out of one of the two"));
    }
}

/// Every cell there is; bands of money only where a segment asks for them.
fn all_cells(bands: &Bands, blocks: &[(&str, &Cell, &ByteRange)]) -> Vec<[usize; 3]> {
    let asks = |index: usize| blocks.iter().any(|(_, cell, _)| cell.0[index].is_some());
    let count = |index: usize| match index == 2 && !asks(2) {
        true => 0..=0,
        false => 1..=bands.of(Dimension::ALL[index]).len() + 1,
    };
    let mut cells = Vec::new();
    for recency in count(0).rev() {
        for frequency in count(1) {
            cells.extend(count(2).map(|monetary| [recency, frequency, monetary]));
        }
    }
    cells
}

fn shown(cell: [usize; 3]) -> String {
    let bands = Dimension::ALL.into_iter().zip(cell);
    let named = bands.filter(|(_, band)| *band > 0);
    let named: Vec<String> = named
        .map(|(dimension, band)| dimension.band(band))
        .collect();
    named.join(" ")
}

fn listed(cells: &[String]) -> String {
    let listed = cells[..cells.len().min(LISTED_MAX)].join(", ");
    match cells.len() - cells.len().min(LISTED_MAX) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
