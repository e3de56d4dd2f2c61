//! The tables of keys.txt.

/// The keys of one table of a policy file.
pub(super) struct Table {
    /// "feature.*", "ladder[].tier[]"; empty at the top.
    pub(super) path: String,
    /// In written order.
    pub(super) keys: Vec<Key>,
}

/// One key.
pub(super) struct Key {
    pub(super) name: String,
    /// Whether it must be there.
    pub(super) required: bool,
    pub(super) holds: Holds,
    /// What it says.
    pub(super) says: String,
}

/// What a key holds.
pub(super) enum Holds {
    Text,
    Number,
    Flag,
    Texts,
    Rule,
    Rules,
    Filter,
    Labels,
    Codes,
    Sorts,
    Members,
    Words,
    Kinds,
    /// The table of that path.
    Below(String),
}

/// All tables, in written order.
pub(super) fn tables() -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for line in include_str!("../keys.txt").lines() {
        if let Some(path) = line.strip_prefix("== ") {
            let path = path.trim_start_matches("(top)").to_owned();
            let keys = Vec::new();
            tables.push(Table { path, keys });
        } else if let (Some(table), false) = (tables.last_mut(), line.is_empty()) {
            table.keys.push(key(line, &table.path));
        }
    }
    tables
}

fn key(line: &str, path: &str) -> Key {
    let (name, rest) = line.split_once(' ').expect("a key and what it holds");
    let (holds, says) = rest.trim_start().split_once(' ').expect("what it says");
    let required = name.ends_with('!');
    let name = name.trim_end_matches('!').to_owned();
    let below = |end: &str| match path {
        "" => Holds::Below(format!("{name}{end}")),
        path => Holds::Below(format!("{path}.{name}{end}")),
    };
    let holds = match holds {
        "text" => Holds::Text,
        "number" => Holds::Number,
        "flag" => Holds::Flag,
        "texts" => Holds::Texts,
        "rule" => Holds::Rule,
        "rules" => Holds::Rules,
        "filter" => Holds::Filter,
        "labels" => Holds::Labels,
        "codes" => Holds::Codes,
        "sorts" => Holds::Sorts,
        "members" => Holds::Members,
        "words" => Holds::Words,
        "kinds" => Holds::Kinds,
        "table" => below(""),
        "named" => below(".*"),
        "tables" => below("[]"),
        other => panic!("{path}: {name} holds {other}?"),
    };
    Key {
        required,
        holds,
        says: says.trim_start().to_owned(),
        name,
    }
}
