//! A story that went otherwise than expected, as a table for people.

use crate::model::zone::Zone;

use super::script::Story;
use super::table::SOMEBODY;
use super::verdict::{Moment, Pair, Verdict};

/// What stands where only time passes.
const TIME_ALONE: &str = "(time alone)";
/// What marks a line on which the two sides differ.
const MARK: &str = "!";
/// Between two columns.
const GAP: &str = "  ";

impl Verdict {
    /// The rows with what was expected beside what happened. A line on which the two differ is
    /// marked, and has the comparisons that decided below it.
    #[must_use]
    pub fn show(&self, story: &Story, zone: &Zone) -> String {
        let mut lines: Vec<Vec<String>> = vec![heads()];
        for moment in &self.moments {
            lines.extend(told(moment, story, zone));
        }
        if story.rows.iter().all(|row| row.who == SOMEBODY) {
            lines.iter_mut().for_each(|line| line[3].clear());
        }
        aligned(&lines)
    }
}

fn heads() -> Vec<String> {
    ["", "line", "when", "who", "what", "expected", "happened"]
        .map(str::to_owned)
        .to_vec()
}

/// The lines of a moment, each with as many cells as there are heads.
fn told(moment: &Moment, story: &Story, zone: &Zone) -> Vec<Vec<String>> {
    let row = moment.row.map(|index| &story.rows[index]);
    let deed = row.and_then(|row| row.deed.as_ref());
    let mut begin = [
        row.map_or(String::new(), |row| row.line.to_string()),
        zone.show_local(moment.at),
        moment.who.clone(),
        deed.map_or(TIME_ALONE.to_owned(), |deed| deed.text.clone()),
    ];
    let mut lines = Vec::new();
    for pair in &moment.pairs {
        lines.push(line(pair, &begin));
        begin = Default::default();
        for (at, why) in pair.why.iter().enumerate() {
            let because = if at == 0 { "because" } else { "" };
            let mut more = vec![String::new(); heads().len() - 1];
            more.push(format!("{GAP}{because:<7} {why}"));
            lines.push(more);
        }
    }
    if lines.is_empty() {
        let nothing = [String::new()];
        let sides = [String::new(), String::new()];
        lines.push(nothing.into_iter().chain(begin).chain(sides).collect());
    }
    lines
}

fn line(pair: &Pair, begin: &[String; 4]) -> Vec<String> {
    let mark = if pair.agrees { "" } else { MARK };
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    let mut line = vec![mark.to_owned()];
    line.extend(begin.iter().cloned());
    line.extend([side(&pair.expected), side(&pair.happened)]);
    line
}

/// Columns as wide as they must be; those with nothing in them are left out.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let mut shown = String::new();
        for (cell, width) in line.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            shown.push_str(GAP);
            shown.push_str(&format!("{cell:<width$}"));
        }
        text.push_str(shown.trim_end());
        text.push('\n');
    }
    text
}
