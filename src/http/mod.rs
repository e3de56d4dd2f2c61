//! Answering over HTTP: is it alive, is it ready, how is it doing, where does a customer stand; the
//! door for `axum`.

mod health;
mod index;
mod policy;
mod query;
mod routes;
mod server;

use crate::directory::Directory;
use crate::telemetry::Telemetry;

pub use policy::{Given, Named, Refused, Taker};
pub use server::{Limits, Server};

/// What is answered, and from what.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whose answers these are, for people: "tidemark, instance 1".
    pub title: String,
    /// How the service is doing.
    pub telemetry: Telemetry,
    /// Who can be asked about a customer.
    pub directory: Directory,
    /// Whether questions about customers are answered.
    pub customers: bool,
    /// Who takes policies; nothing where they are not taken.
    pub policies: Option<Taker>,
}
