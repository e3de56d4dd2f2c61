//! Commands: what people ask to have done to one customer, with who asks and why.

/// One command; the event that brings it says to which customer, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What is asked for.
    pub ask: Ask,
    /// Who asks: a person or a program. Not empty.
    pub by: Box<str>,
    /// Why. Not empty.
    pub why: Box<str>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Forget the customer.
    Erase,
}

/// The kinds of events that bring commands, by their names on the wire. Policies do not know them.
pub const COMMANDS: [&str; 1] = ["erase"];

impl Ask {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Erase => COMMANDS[0],
        }
    }
}
