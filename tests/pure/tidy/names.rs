//! The names that a file uses: `use` trees written out, paths, `super` and `self` resolved.

use proc_macro2::Delimiter;

use super::source::{Kind, Token};

/// A path of names as written: `crate::model::ids`, `std::fs::read`.
pub(crate) struct Name {
    /// The line, from 1.
    pub(crate) line: usize,
    /// Its parts, with `super` and `self` already resolved to `crate`.
    pub(crate) parts: Vec<String>,
    /// Whether a `use` brings it in.
    pub(crate) is_import: bool,
}

/// All names of a file.
pub(crate) fn names(path: &str, tokens: &[Token]) -> Vec<Name> {
    let mut reader = Reader {
        tokens,
        modules: vec![(0, module_of(path))],
        depth: 0,
        names: Vec::new(),
    };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at);
    }
    reader.names
}

fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let inside = inside.strip_suffix(".rs").unwrap_or(inside);
    inside
        .split('/')
        .filter(|part| !["mod", "lib", "main"].contains(part))
        .map(str::to_owned)
        .collect()
}

/// Reads the names out of the tokens, following `mod` blocks and `use` trees.
struct Reader<'a> {
    tokens: &'a [Token],
    /// Open modules: the depth of brackets at which each began, and its path.
    modules: Vec<(usize, Vec<String>)>,
    depth: usize,
    names: Vec<Name>,
}

impl Reader<'_> {
    fn kind(&self, at: usize) -> Option<&Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.kind(at) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Reads what begins at a token; returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        match &self.tokens[at].kind {
            Kind::Open(_) => self.depth += 1,
            Kind::Close(_) => {
                self.depth -= 1;
                if self
                    .modules
                    .last()
                    .is_some_and(|(depth, _)| *depth > self.depth)
                {
                    self.modules.pop();
                }
            }
            Kind::Word(word) if word == "mod" => self.enter(at),
            Kind::Word(word) if word == "use" && self.kind(at + 1) != Some(&Kind::Sign('<')) => {
                return self.tree(at + 1, &[]);
            }
            Kind::Word(word) if word == "extern" && self.word(at + 1) == Some("crate") => {
                return self.tree(at + 2, &[]);
            }
            Kind::Word(_) => return self.path(at),
            _ => {}
        }
        at + 1
    }

    fn enter(&mut self, at: usize) {
        let opens = self.kind(at + 2) == Some(&Kind::Open(Delimiter::Brace));
        if let (Some(name), true) = (self.word(at + 1), opens) {
            let mut path = self.modules.last().expect("the file itself").1.clone();
            path.push(name.to_owned());
            self.modules.push((self.depth + 1, path));
        }
    }

    /// One branch of a `use` tree, up to what ends it.
    fn tree(&mut self, mut at: usize, before: &[String]) -> usize {
        let mut parts = before.to_vec();
        let mut line = self.tokens.get(at).map_or(0, |token| token.line);
        loop {
            match self.kind(at) {
                Some(Kind::Word(word)) if word == "as" => at += 1,
                Some(Kind::Word(word)) => {
                    parts.push(word.clone());
                    line = self.tokens[at].line;
                }
                Some(Kind::Sign('*')) => parts.push("*".to_owned()),
                Some(Kind::Path) => {}
                Some(Kind::Open(_)) => {
                    at += 1;
                    while !matches!(self.kind(at), Some(Kind::Close(_)) | None) {
                        at = self.tree(at, &parts);
                        if self.kind(at) == Some(&Kind::Sign(',')) {
                            at += 1;
                        }
                    }
                    return at + 1;
                }
                _ => {
                    self.push(line, parts, true);
                    return at;
                }
            }
            at += 1;
        }
    }

    /// A path outside `use`: at least two names joined by `::`.
    fn path(&mut self, at: usize) -> usize {
        let goes_on = at >= 2
            && self.kind(at - 1) == Some(&Kind::Path)
            && matches!(self.kind(at - 2), Some(Kind::Word(_) | Kind::Sign('>')));
        let mut parts = vec![self.word(at).expect("called on a word").to_owned()];
        let mut end = at + 1;
        while let (Some(Kind::Path), Some(word)) = (self.kind(end), self.word(end + 1)) {
            parts.push(word.to_owned());
            end += 2;
        }
        if parts.len() > 1 && !goes_on {
            self.push(self.tokens[at].line, parts, false);
        }
        end
    }

    fn push(&mut self, line: usize, parts: Vec<String>, is_import: bool) {
        let (_, here) = self.modules.last().expect("the file itself");
        let ups = parts.iter().take_while(|part| *part == "super").count();
        let parts = if ups > 0 || parts[0] == "self" {
            let base = &here[..here.len().saturating_sub(ups)];
            let rest = &parts[ups.max(1)..];
            let mut whole = vec!["crate".to_owned()];
            whole.extend(base.iter().chain(rest).cloned());
            whole
        } else {
            parts
        };
        self.names.push(Name {
            line,
            parts,
            is_import,
        });
    }
}
