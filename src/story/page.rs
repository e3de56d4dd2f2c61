//! The text of a file of stories by its lines: head, stories, tables, cells.

/// A file of stories.
#[derive(Debug, Default)]
pub(super) struct Page<'a> {
    /// What stands before the first story.
    pub(super) head: Vec<Entry<'a>>,
    /// The stories.
    pub(super) sections: Vec<Section<'a>>,
    /// Lines that are nothing.
    pub(super) strays: Vec<&'a str>,
}

/// A line `name: value`.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// What stands before the colon.
    pub(super) name: &'a str,
    /// What stands behind it.
    pub(super) value: &'a str,
}

/// One story.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The line of its name, from 1.
    pub(super) line: usize,
    /// Its name.
    pub(super) name: &'a str,
    /// What stands before its table.
    pub(super) entries: Vec<Entry<'a>>,
    /// Its table: the line with the names of the columns, then the rows.
    pub(super) table: Vec<Line<'a>>,
}

/// A line of a table.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// The whole line, without what surrounds it.
    pub(super) text: &'a str,
    /// Its cells, without what surrounds them.
    pub(super) cells: Vec<&'a str>,
}

impl Line<'_> {
    /// Whether it is the line that Markdown wants below the names of the columns.
    pub(super) fn is_rule(&self) -> bool {
        let dashes = |cell: &&str| cell.contains('-') && cell.trim_matches(['-', ':']).is_empty();
        self.cells.iter().all(dashes)
    }
}

impl<'a> Page<'a> {
    /// Takes a text apart.
    pub(super) fn of(text: &'a str) -> Self {
        let mut page = Self::default();
        // What some editors put before a text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate() {
            page.line(at + 1, line.trim());
        }
        page
    }

    fn line(&mut self, number: usize, text: &'a str) {
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        if text.starts_with('|') {
            match self.sections.last_mut() {
                Some(section) => section.table.push(row(number, text)),
                None => self.strays.push(text),
            }
            return;
        }
        let Some((name, value)) = text.split_once(':') else {
            self.strays.push(text);
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        if name == "story" {
            self.sections.push(Section {
                line: number,
                name: value,
                entries: Vec::new(),
                table: Vec::new(),
            });
            return;
        }
        let entry = Entry { name, value };
        match self.sections.last_mut() {
            None => self.head.push(entry),
            Some(section) if section.table.is_empty() => section.entries.push(entry),
            Some(_) => self.strays.push(text),
        }
    }
}

fn row(number: usize, text: &str) -> Line<'_> {
    let inside = text.strip_prefix('|').unwrap_or(text);
    let inside = inside.strip_suffix('|').unwrap_or(inside);
    Line {
        number,
        text,
        cells: inside.split('|').map(str::trim).collect(),
    }
}
