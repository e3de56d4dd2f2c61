//! Listening, and what keeps a flood or a slow client from costing more than it may.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::{Site, routes};

/// Headers of one request.
const HEADERS_MAX: usize = 64;
/// Bytes of all headers of one request, the path included.
const HEADER_BYTES_MAX: usize = 8 * 1024;
/// How long to leave a listener alone that has just failed: it is out of descriptors, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long anything may take, and how much at a time. A connection carries one request; of bodies
/// only that of a policy is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests at a time; further ones wait to be accepted.
    pub requests: usize,
    /// From the connection to the end of the headers.
    pub headers_within: Duration,
    /// For a worker to answer a question.
    pub answer_within: Duration,
    /// Bytes of a body.
    pub body_bytes_max: usize,
    /// From the connection to the end of the response.
    pub all_within: Duration,
    /// For the loop of a worker to come round. What it waits for ends sooner, whether the cluster
    /// answers or not.
    pub turn_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 64,
            headers_within: Duration::from_secs(5),
            answer_within: Duration::from_secs(2),
            body_bytes_max: 256 * 1024,
            all_within: Duration::from_secs(10),
            turn_within: Duration::from_secs(120),
        }
    }
}

/// A site that is being answered, by one thread of its own. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers a site at an address from now on; port 0 takes a free one.
    ///
    /// # Errors
    /// The address cannot be listened at, or the thread cannot be started.
    pub fn start(listen: SocketAddr, site: Site, limits: Limits) -> io::Result<Self> {
        let listener = StdListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let router = routes::router(site, limits);
        let thread = std::thread::Builder::new()
            .name("http".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    if let Ok(listener) = TcpListener::from_std(listener) {
                        listen_until(stopped, listener, &router, limits).await;
                    }
                });
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Accepts nothing more, finishes the requests at work within their limits, ends.
impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself; then there is nothing to stop.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn listen_until(
    stopped: oneshot::Receiver<()>,
    listener: TcpListener,
    router: &Router,
    limits: Limits,
) {
    let permits = Arc::new(Semaphore::new(limits.requests));
    let listening = async {
        loop {
            let (stream, permit) = accept(&listener, &permits).await;
            tokio::spawn(answer(stream, permit, router.clone(), limits));
        }
    };
    tokio::select! {
        () = listening => {}
        _ = stopped => {}
    }
    drop(listener);
    // When all permits are back, all requests are answered.
    let all = u32::try_from(limits.requests).unwrap_or(u32::MAX);
    let _ = timeout(limits.all_within, permits.acquire_many(all)).await;
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let permit = Arc::clone(permits)
        .acquire_owned()
        .await
        .expect("never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn answer(stream: TcpStream, permit: OwnedSemaphorePermit, router: Router, limits: Limits) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .header_read_timeout(limits.headers_within)
        .max_headers(HEADERS_MAX)
        .max_header_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // Whether the client went away, was too slow or spoke no HTTP: there is nobody to tell.
    let _ = timeout(limits.all_within, connection).await;
    drop(permit);
}
