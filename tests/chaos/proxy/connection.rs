//! One connection of a client, and the one to the broker that belongs to it: a thread for each
//! direction.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::Shared;
use super::frame::{self, Head};
use super::trap::{At, Let};
use crate::broker::wait_for;

/// Requests without a reply so far.
type Waiting = Arc<Mutex<HashMap<i32, Head>>>;

/// Connects a client with the broker.
pub(super) fn open(client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    let broker = TcpStream::connect(shared.broker)?;
    for end in [&client, &broker] {
        end.set_nodelay(true)?;
    }
    let id = shared.next.fetch_add(1, Ordering::SeqCst);
    let ends = [client.try_clone()?, broker.try_clone()?];
    shared.connections().push((id, ends));
    let waiting = Waiting::default();
    let requests = Direction {
        id,
        from: client.try_clone()?,
        to: broker.try_clone()?,
        shared: shared.clone(),
        waiting: waiting.clone(),
    };
    let replies = Direction {
        id,
        from: broker,
        to: client,
        shared: shared.clone(),
        waiting,
    };
    thread::spawn(move || {
        // However it ends, both ends of both are closed.
        let _ = requests.pass_requests();
        requests.close();
    });
    thread::spawn(move || {
        let _ = replies.pass_replies();
        replies.close();
    });
    Ok(())
}

/// One way of a connection.
struct Direction {
    id: u64,
    from: TcpStream,
    to: TcpStream,
    shared: Arc<Shared>,
    waiting: Waiting,
}

impl Direction {
    /// Passes on what the client asks for.
    fn pass_requests(&self) -> io::Result<()> {
        let (mut from, mut to) = (&self.from, &self.to);
        loop {
            let request = frame::read(&mut from)?;
            let head = frame::head(&request).ok_or(io::ErrorKind::InvalidData)?;
            self.stop(&head, At::Request, &request)?;
            if let Some(by) = self.shared.delay(head.api) {
                wait_for(Instant::now() + by);
            }
            self.shared.wait_for_light(&head.client, false);
            self.shared.witness.asked(&head);
            self.waiting().insert(head.correlation, head);
            to.write_all(&request)?;
        }
    }

    /// Passes on what the broker answers.
    fn pass_replies(&self) -> io::Result<()> {
        let (mut from, mut to) = (&self.from, &self.to);
        loop {
            let reply = frame::read(&mut from)?;
            let asked = frame::correlation(&reply, 4);
            let head = asked.and_then(|asked| self.waiting().remove(&asked));
            let head = head.ok_or(io::ErrorKind::InvalidData)?;
            self.stop(&head, At::Reply, &reply)?;
            self.shared.wait_for_light(&head.client, true);
            self.shared.witness.told(&head, &reply);
            to.write_all(&reply)?;
            self.stop(&head, At::Told, &reply)?;
        }
    }

    /// Stops where there is a trap.
    fn stop(&self, head: &Head, at: At, frame: &[u8]) -> io::Result<()> {
        let Some(trap) = self.shared.caught(&head.client, head.api, at) else {
            return Ok(());
        };
        self.shared.witness.stopped(head, at);
        match trap.hold(frame) {
            Let::Pass => Ok(()),
            Let::Cut => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<i32, Head>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        for end in [&self.from, &self.to] {
            // The other thread may have closed it already.
            let _ = end.shutdown(Shutdown::Both);
        }
        self.shared.connections().retain(|(id, _)| *id != self.id);
    }
}
