//! The least HTTP client that a test needs: one request, one connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest wait for a connection's next bytes.
const LIMIT: Duration = Duration::from_secs(10);

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body as text.
    pub body: String,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// `GET` on a port of this machine; `None` when nothing answers there.
pub fn get(port: u16, path: &str) -> Option<Answer> {
    ask(port, &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))
}

/// `POST` of a JSON document; `None` when nothing answers there.
pub fn post(port: u16, path: &str, body: &serde_json::Value) -> Option<Answer> {
    let body = body.to_string();
    let length = body.len();
    ask(
        port,
        &format!(
            "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ),
    )
}

/// Sends bytes to a port of this machine and gives all that comes back.
pub fn exchange(port: u16, sent: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    stream.write_all(sent.as_bytes()).ok()?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).ok()?;
    Some(String::from_utf8_lossy(&received).into_owned())
}

fn ask(port: u16, request: &str) -> Option<Answer> {
    // Version 1.0: the body ends with the connection, and is in no chunks.
    let text = exchange(port, request)?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}
