//! One source file as the rules see it: tokens without comments, names, functions, test code.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::names::{Name, names};

/// A file, taken apart.
pub(crate) struct Source {
    /// From the top of the repository, with slashes.
    pub(crate) path: String,
    /// The text itself.
    pub(crate) text: String,
    /// All tokens, groups opened up.
    pub(crate) tokens: Vec<Token>,
    /// All paths of names, `use` trees written out.
    pub(crate) names: Vec<Name>,
    /// All functions with a body, methods included.
    pub(crate) functions: Vec<Declared>,
    /// All named items.
    pub(crate) items: Vec<Declared>,
    /// Whether the whole file is test code.
    pub(crate) is_test: bool,
    test_lines: Vec<RangeInclusive<usize>>,
    test_module: Option<usize>,
    outside_test_modules: Vec<String>,
}

/// A token and the line it stands on.
pub(crate) struct Token {
    /// The line, from 1.
    pub(crate) line: usize,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word.
    Word(String),
    /// `::`
    Path,
    /// Any other sign.
    Sign(char),
    /// A string, number or character, as written.
    Literal(String),
    /// A bracket that opens.
    Open(Delimiter),
    /// A bracket that closes.
    Close(Delimiter),
}

/// A named thing with the lines that it spans.
pub(crate) struct Declared {
    /// Its name.
    pub(crate) name: String,
    /// First and last line, attributes and documentation not counted.
    pub(crate) lines: RangeInclusive<usize>,
}

impl Source {
    /// Takes a file apart.
    ///
    /// # Errors
    /// It is not Rust.
    pub(crate) fn read(path: &str, text: &str) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        let stream: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
            syn::Error::new(error.span(), error.to_string())
        })?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let mut outline = Outline::default();
        outline.visit_file(&file);
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            names: names(path, &tokens),
            tokens,
            functions: outline.functions,
            items: outline.items,
            is_test: path.starts_with("tests/"),
            test_lines: outline.test_lines,
            test_module: outline.test_module,
            outside_test_modules: outline.outside_test_modules,
        })
    }

    /// The room: the first directory or file under `src`; "tests" and "benches" are rooms too.
    pub(crate) fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let end = inside.find(['/', '.']).unwrap_or(inside.len());
        &inside[..end]
    }

    /// The file from its room on, without `.rs`.
    pub(crate) fn place(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.strip_suffix(".rs").unwrap_or(inside)
    }

    /// Whether a line is test code.
    pub(crate) fn tests_at(&self, line: usize) -> bool {
        self.is_test || self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// How many lines stand before the first test module.
    pub(crate) fn lines_before_tests(&self) -> usize {
        let all = self.text.lines().count();
        self.test_module.map_or(all, |line| line - 1)
    }

    /// The paths of files that a `#[cfg(test)] mod name;` of this file makes test code.
    pub(crate) fn test_modules(&self) -> Vec<String> {
        let parent = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let parent = ["/mod", "/lib", "/main"]
            .iter()
            .find_map(|end| parent.strip_suffix(end))
            .unwrap_or(parent);
        self.outside_test_modules
            .iter()
            .map(|name| format!("{parent}/{name}.rs"))
            .collect()
    }
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let mut half = false;
    for tree in stream {
        let line = tree.span().start().line;
        let kind = match tree {
            TokenTree::Group(group) => {
                let delimiter = group.delimiter();
                let end = group.span_close().end().line;
                into.push(Token {
                    line,
                    kind: Kind::Open(delimiter),
                });
                flatten(group.stream(), into);
                into.push(Token {
                    line: end,
                    kind: Kind::Close(delimiter),
                });
                continue;
            }
            TokenTree::Ident(word) => Kind::Word(word.to_string().trim_start_matches("r#").into()),
            TokenTree::Literal(literal) => Kind::Literal(literal.to_string()),
            TokenTree::Punct(sign) if sign.as_char() == ':' && half => {
                half = false;
                Kind::Path
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' && sign.spacing() == Spacing::Joint => {
                half = true;
                continue;
            }
            TokenTree::Punct(sign) => Kind::Sign(sign.as_char()),
        };
        into.push(Token { line, kind });
    }
}

/// What needs a grammar: functions, named items, and which lines are tests.
#[derive(Default)]
struct Outline {
    functions: Vec<Declared>,
    items: Vec<Declared>,
    test_lines: Vec<RangeInclusive<usize>>,
    test_module: Option<usize>,
    outside_test_modules: Vec<String>,
}

impl Outline {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let declared = Declared {
            name: signature.ident.to_string(),
            lines: signature.span().start().line..=block.span().end().line,
        };
        self.functions.push(declared);
        self.item(&signature.ident);
    }

    fn item(&mut self, name: &syn::Ident) {
        let line = name.span().start().line;
        self.items.push(Declared {
            name: name.to_string(),
            lines: line..=line,
        });
    }
}

impl<'ast> Visit<'ast> for Outline {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if attributes_of(item).iter().any(is_test) {
            let (start, end) = (item.span().start().line, item.span().end().line);
            self.test_lines.push(start..=end);
            if let syn::Item::Mod(module) = item {
                match module.content {
                    Some(_) => self.test_module = self.test_module.or(Some(start)),
                    None => self.outside_test_modules.push(module.ident.to_string()),
                }
            }
        }
        match item {
            syn::Item::Const(item) => self.item(&item.ident),
            syn::Item::Enum(item) => self.item(&item.ident),
            syn::Item::Mod(item) => self.item(&item.ident),
            syn::Item::Static(item) => self.item(&item.ident),
            syn::Item::Struct(item) => self.item(&item.ident),
            syn::Item::Trait(item) => self.item(&item.ident),
            syn::Item::Type(item) => self.item(&item.ident),
            syn::Item::Fn(item) => self.function(&item.sig, &item.block),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if item.attrs.iter().any(is_test) {
            let span = item.span();
            self.test_lines.push(span.start().line..=span.end().line);
        }
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[cfg(test)]` or `#[cfg(all(test, ...))]`.
fn is_test(attribute: &syn::Attribute) -> bool {
    if attribute.path().is_ident("test") {
        return true;
    }
    let Ok(list) = attribute.meta.require_list() else {
        return false;
    };
    let inner = list.tokens.to_string();
    attribute.path().is_ident("cfg") && (inner == "test" || inner.starts_with("all (test"))
}
