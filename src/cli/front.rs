//! The HTTP front of a service, if it has one.

use std::net::SocketAddr;

use crate::http::{Limits, Server, Site};
use crate::telemetry::Happening;
use crate::telemetry::happening::Listening;

use super::exit::{Failure, UNAVAILABLE};

/// Answers until it is dropped.
///
/// # Errors
/// The address cannot be listened at.
pub(crate) fn open(listen: SocketAddr, site: Site) -> Result<Server, Failure> {
    let server = Server::start(listen, site, Limits::default()).map_err(|error| {
        Failure::new(
            UNAVAILABLE,
            format!("error: cannot listen at {listen}: {error}"),
        )
    })?;
    Listening {
        address: server.address(),
    }
    .log();
    Ok(server)
}
