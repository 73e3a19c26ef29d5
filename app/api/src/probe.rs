//! `api health`: the container's health check without curl or a shell. One request over plain TCP.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Longer than the service takes to give up on a dependency.
const LIMIT: Duration = Duration::from_secs(4);
const MOST_BYTES: usize = 16 * 1024;

/// Asks the service on this machine; the line says how it is.
///
/// # Errors
/// The line to print when the service is not usable.
pub(crate) fn ask(port: u16) -> Result<String, String> {
    let answer =
        request(port).map_err(|error| format!("unhealthy: no answer on port {port}: {error}"))?;
    let (status, body) =
        split(&answer).ok_or_else(|| "unhealthy: the answer is not HTTP".to_owned())?;
    let state = state(body);
    if status == 200 {
        Ok(format!("healthy: {state}"))
    } else {
        Err(format!("unhealthy: {state} ({status})"))
    }
}

fn request(port: u16) -> io::Result<String> {
    let deadline = Instant::now() + LIMIT;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_write_timeout(Some(LIMIT))?;
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut chunk = [0; 2048];
    while answer.len() < MOST_BYTES {
        // A limit per read alone would let a trickle hold the check for ever.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk)? {
            0 => break,
            count => answer.extend_from_slice(chunk.get(..count).unwrap_or_default()),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn split(answer: &str) -> Option<(u16, &str)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, body))
}

/// The overall state of a health answer; never more than one of our own words.
fn state(body: &str) -> &'static str {
    let parsed: Option<serde_json::Value> = serde_json::from_str(body).ok();
    match parsed
        .as_ref()
        .and_then(|body| body.pointer("/data/status"))
        .and_then(serde_json::Value::as_str)
    {
        Some("ok") => "ok",
        Some("degraded") => "degraded",
        Some("unavailable") => "unavailable",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::{split, state};

    #[test]
    fn reads_status_and_state_of_an_answer() {
        let answer = "HTTP/1.1 503 Service Unavailable\r\na: b\r\n\r\n{\"data\":{\"status\":\"unavailable\"}}";
        let (status, body) = split(answer).unwrap();
        assert_eq!((status, state(body)), (503, "unavailable"));
    }

    #[test]
    fn does_not_trust_an_answer_that_is_not_ours() {
        assert!(split("SSH-2.0-OpenSSH_9.2\r\n\r\n").is_none());
        assert_eq!(state("<html>"), "unknown");
        assert_eq!(state(r#"{"data":{"status":"fine\nreally"}}"#), "unknown");
    }
}
