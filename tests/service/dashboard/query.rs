//! A PromQL query as far as the rules look at it: what it selects, and over which ranges.
//!
//! Whether it is PromQL at all is for promtool to say, which .ci/run asks.

/// A query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// What it selects, in order.
    pub(crate) selectors: Vec<Selector>,
}

/// `metric{label="value"}[range]`
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    /// Name of the metric.
    pub(crate) metric: String,
    /// Its matchers as written, without spaces.
    pub(crate) matchers: Vec<String>,
    /// What stands in brackets behind it.
    pub(crate) range: Option<String>,
}

impl Query {
    /// Reads the selectors: names followed by `{`, and names that begin like ours without one.
    pub(crate) fn read(expr: &str) -> Self {
        let mut selectors = Vec::new();
        let mut rest = expr;
        while let Some(start) = rest.find(is_of_name) {
            rest = &rest[start..];
            let end = rest
                .find(|sign: char| !is_of_name(sign))
                .unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            let (matchers, behind) = bracketed(behind, '{', '}');
            let (range, behind) = match matchers {
                Some(_) => bracketed(behind, '[', ']'),
                None => (None, behind),
            };
            let ours = name.starts_with("tidemark_") || name.starts_with("process_");
            if matchers.is_some() || ours {
                selectors.push(Selector {
                    metric: name.to_owned(),
                    matchers: split(matchers.unwrap_or_default()),
                    range: range.map(str::to_owned),
                });
            }
            rest = behind;
        }
        Self { selectors }
    }
}

fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_' || sign == ':'
}

/// What stands in brackets at the beginning, and what follows.
fn bracketed(text: &str, open: char, close: char) -> (Option<&str>, &str) {
    let Some(inner) = text.strip_prefix(open) else {
        return (None, text);
    };
    match inner.split_once(close) {
        Some((inner, behind)) => (Some(inner), behind),
        None => (Some(inner), ""),
    }
}

fn split(matchers: &str) -> Vec<String> {
    matchers
        .split(',')
        .map(|matcher| matcher.replace(' ', ""))
        .filter(|matcher| !matcher.is_empty())
        .collect()
}
