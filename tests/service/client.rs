//! A minimal HTTP client: one request, one connection, everything that came back.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).expect("a listener");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    stream
}

pub(crate) fn read(mut stream: TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        // A connection closed on unread bytes.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error}"),
    }
    let text = String::from_utf8(bytes).expect("text");
    let (headers, body) = text.split_once("\r\n\r\n")?;
    let status = headers
        .split(' ')
        .nth(1)
        .expect("a status")
        .parse()
        .expect("a number");
    Some(Answer {
        status,
        headers: headers.to_lowercase(),
        body: body.to_owned(),
    })
}

pub(crate) fn request(address: SocketAddr, request: &str) -> Answer {
    let mut stream = connect(address);
    stream
        .write_all(request.as_bytes())
        .expect("a server that reads");
    read(stream).expect("an answer")
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    request(
        address,
        &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    )
}

/// Waits until nobody listens any more.
pub(crate) fn until_refused(address: SocketAddr) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "still listening");
        std::thread::yield_now();
    }
}
