//! A proxy that knows as much of Kafka as it takes to lose the right request: between instances and
//! a broker it passes everything on, notes what it saw, and stops where a test has set a trap.

mod connection;
mod frame;
mod trap;
mod witness;

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::broker::{Broker, free_port};

pub(crate) use frame::Api;
pub(crate) use trap::{At, Let, Trap};
pub(crate) use witness::{Phase, Witness};

/// For one answer of the broker to the proxy itself.
const ANSWER: Duration = Duration::from_secs(30);

/// One listener before one broker. Dropping it cuts all its connections.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    front: SocketAddr,
    listener: Option<JoinHandle<()>>,
}

/// What its threads know together.
pub(super) struct Shared {
    /// Where the broker listens for the proxy.
    broker: SocketAddr,
    pub(super) witness: Witness,
    rules: Mutex<Rules>,
    /// Told when a rule has gone.
    eased: Condvar,
    connections: Mutex<Vec<(u64, [TcpStream; 2])>>,
    next: AtomicU64,
    closing: AtomicBool,
}

/// What is done to whom.
#[derive(Default)]
struct Rules {
    traps: Vec<Arc<Trap>>,
    /// How long requests of a kind wait before they are passed on.
    delays: Vec<(Api, Duration)>,
    /// Clients whose requests (false) or replies (true) do not get through for now.
    dark: Vec<(String, bool)>,
}

/// A broker of one's own that can be reached in two ways: as any other, and through a proxy.
pub(crate) fn broker_behind(more: &str) -> (Broker, Proxy) {
    let (front, back) = (free_port(), free_port());
    let properties = format!(
        "listeners=PLAINTEXT://127.0.0.1:@PORT@,CONTROLLER://127.0.0.1:@CONTROLLER_PORT@,\
         PROXIED://127.0.0.1:{back}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:@PORT@,PROXIED://127.0.0.1:{front}\n\
         listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,\
         PROXIED:PLAINTEXT\n\
         inter.broker.listener.name=PLAINTEXT\n{more}"
    );
    let proxy = Proxy::open(front, back);
    (Broker::with(&properties), proxy)
}

impl Proxy {
    /// Listens at one port and passes on to the other.
    fn open(front: u16, back: u16) -> Self {
        let [front, broker] = [front, back].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let listener = TcpListener::bind(front).expect("the port is free");
        let shared = Arc::new(Shared {
            broker,
            witness: Witness::default(),
            rules: Mutex::default(),
            eased: Condvar::new(),
            connections: Mutex::default(),
            next: AtomicU64::new(0),
            closing: AtomicBool::new(false),
        });
        let its_shared = shared.clone();
        let listener = thread::spawn(move || {
            for client in listener.incoming() {
                if its_shared.closing.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever comes while the broker is down is sent away.
                if let Ok(client) = client {
                    let _ = connection::open(client, &its_shared);
                }
            }
        });
        Self {
            shared,
            front,
            listener: Some(listener),
        }
    }

    /// The setting that leads an instance through it.
    pub(crate) fn setting(&self) -> String {
        format!("kafka.brokers={}", self.front)
    }

    /// What it has seen.
    pub(crate) fn witness(&self) -> &Witness {
        &self.shared.witness
    }

    /// Sets a trap for the `nth` request of a kind, counted from now on, of a client.
    pub(crate) fn trap(&self, client: &str, api: Api, nth: u32, at: At) -> Arc<Trap> {
        let trap = Arc::new(Trap::new(client, api, nth, at));
        self.shared.rules().traps.push(trap.clone());
        trap
    }

    /// Takes a trap away; what it has caught goes on its way, or is lost.
    pub(crate) fn spring(&self, trap: &Arc<Trap>, how: Let) {
        let mut rules = self.shared.rules();
        rules.traps.retain(|other| !Arc::ptr_eq(other, trap));
        trap.release(how);
    }

    /// Takes all traps away; what is caught is let go.
    pub(crate) fn forget_traps(&self) {
        let traps = std::mem::take(&mut self.shared.rules().traps);
        for trap in traps {
            trap.release(Let::Pass);
        }
    }

    /// From now on requests of that kind wait so long; not at all where that is nothing.
    pub(crate) fn delay(&self, api: Api, by: Duration) {
        let mut rules = self.shared.rules();
        rules.delays.retain(|(of, _)| *of != api);
        if !by.is_zero() {
            rules.delays.push((api, by));
        }
    }

    /// Nothing of a client gets through in one direction (to the broker, or back) until
    /// [`light`](Self::light): it is late then, not lost, as behind a network that comes back.
    pub(crate) fn darken(&self, client: &str, back: bool) {
        self.shared.rules().dark.push((client.to_owned(), back));
    }

    /// Ends all darkness.
    pub(crate) fn light(&self) {
        self.shared.rules().dark.clear();
        self.shared.eased.notify_all();
    }

    /// Sends a request that was stolen, over a connection of its own, and says what the broker
    /// answers, without its length.
    pub(crate) fn deliver(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut broker = TcpStream::connect(self.shared.broker)?;
        broker.set_read_timeout(Some(ANSWER))?;
        broker.write_all(request)?;
        let reply = frame::read(&mut broker)?;
        Ok(reply.get(4..).unwrap_or_default().to_vec())
    }
}

impl Shared {
    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits as long as nothing of that client gets through in that direction.
    pub(super) fn wait_for_light(&self, client: &str, back: bool) {
        let closing = || self.closing.load(Ordering::SeqCst);
        let is_dark = |rules: &mut Rules| {
            let of_it = |(whose, which): &(String, bool)| whose == client && *which == back;
            !closing() && rules.dark.iter().any(of_it)
        };
        let rules = self.eased.wait_while(self.rules(), is_dark);
        drop(rules.unwrap_or_else(PoisonError::into_inner));
    }

    /// How long a request of that kind waits.
    pub(super) fn delay(&self, api: Api) -> Option<Duration> {
        let rules = self.rules();
        let found = rules.delays.iter().find(|(of, _)| *of == api);
        found.map(|(_, by)| *by)
    }

    /// The trap that something falls into, if there is one; it is gone then.
    pub(super) fn caught(&self, client: &str, api: Api, at: At) -> Option<Arc<Trap>> {
        let mut rules = self.rules();
        let sprung = |trap: &Arc<Trap>| trap.is_for(client, api, at);
        let place = rules.traps.iter().position(sprung)?;
        Some(rules.traps.remove(place))
    }

    fn connections(&self) -> MutexGuard<'_, Vec<(u64, [TcpStream; 2])>> {
        let lock = self.connections.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.forget_traps();
        self.light();
        // The listener looks up once more.
        drop(TcpStream::connect(self.front));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        for (_, ends) in self.shared.connections().drain(..) {
            for end in ends {
                // Either side may have closed it already.
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }
}
