//! Published ports answer, seen from where wharf runs.

use super::{failed, passed, skipped};
use crate::access::{host, published};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use wharf_compose::model::Protocol;
use wharf_docker::Endpoint;
use wharf_plan::{Desired, Observed, ObservedPort};
use wharf_term::checks::Check;
use wharf_term::human;

/// How long a connection may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Connects to every published TCP port.
pub(super) async fn answer(
    desired: &Desired,
    observed: &Observed,
    endpoint: &Endpoint,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for container in observed.containers.iter().filter(|it| !it.is_one_off) {
        if !desired.services.contains_key(&container.service) || !container.state.is_running() {
            continue;
        }
        for port in published(container) {
            checks.push(connect(&container.service, port, endpoint).await);
        }
    }
    checks
}

async fn connect(service: &str, port: &ObservedPort, endpoint: &Endpoint) -> Check {
    let number = port.published.unwrap_or_default();
    let place = format!("{}:{number}", host(port, endpoint));
    let subject = format!("port {number} of {service}");
    if port.protocol != Protocol::Tcp {
        return skipped(subject, format!("{} has no connections", port.protocol.as_str()));
    }
    let began = Instant::now();
    let fix = format!("wharf logs {service}   # does it listen on port {}?", port.target);
    match tokio::time::timeout(LIMIT, open(&place)).await {
        Ok(Ok(())) => {
            passed(subject, format!("{place} answers in {}", human::duration(began.elapsed())))
        }
        Ok(Err(error)) => failed(subject, format!("{place}: {error}"), fix),
        Err(_) => failed(subject, format!("{place} does not answer in 5s"), fix),
    }
}

/// The engine's own forwarder accepts before it knows whether the container does; it closes at
/// once when the container refuses. A connection that stays open, or that says something, is an
/// answer.
async fn open(place: &str) -> std::io::Result<()> {
    const SETTLE: Duration = Duration::from_millis(100);
    let stream = TcpStream::connect(place).await?;
    let mut first = [0_u8; 1];
    match tokio::time::timeout(SETTLE, stream.peek(&mut first)).await {
        Ok(Ok(0)) => Err(std::io::Error::other("the connection is closed at once")),
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}
