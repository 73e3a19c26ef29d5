//! The connected engine.

use crate::client::{Call, Client, parse_version};
use crate::endpoint::{Address, Endpoint};
use crate::failure::Failure;
use crate::transport;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use wharf_engine::{EngineError, ErrorKind, Result};

/// The oldest API that is spoken (Engine 20.10).
const OLDEST: (u32, u32) = (1, 41);
/// The newest API whose bodies this adapter knows (Engine 29).
const NEWEST: (u32, u32) = (1, 52);

/// A connected engine. Clones share connections.
#[derive(Clone)]
pub struct Docker {
    pub(crate) client: Arc<Client>,
    /// Folder of the docker configuration, for registry credentials.
    pub(crate) config_dir: Option<PathBuf>,
    /// Whether the engine's clock is this machine's.
    pub(crate) is_local: bool,
}

impl std::fmt::Debug for Docker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Docker").field(&self.client.description()).finish()
    }
}

impl Docker {
    /// Connects and agrees on a version of the API: the newest that both sides know.
    ///
    /// # Errors
    /// `Unreachable`, `Permission`, `TimedOut` when there is no answer; `TooOld` when no version
    /// is known to both, or the one that `DOCKER_API_VERSION` names is not; `Endpoint` for
    /// certificates that cannot be used or do not fit.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self> {
        let operation = "connect to the engine";
        let http = transport::open(&endpoint.address)
            .map_err(|message| EngineError::new(ErrorKind::Endpoint, operation, message))?;
        let description = match &endpoint.origin {
            None => endpoint.describe(),
            Some(origin) => format!("{} (from {origin})", endpoint.describe()),
        };
        let mut client = Client::new(http, &endpoint.address, description);
        // A ping is answered in a fraction of the milliseconds that `/version` takes.
        let headers = client.headers(Call::get("/_ping")).await;
        let headers =
            headers.map_err(|it| first_failure(it, client.description(), &endpoint.address))?;
        let newest = headers.get("api-version").and_then(|it| it.to_str().ok());
        let version = negotiate(newest, endpoint.api_version.as_deref())
            .map_err(|message| EngineError::new(ErrorKind::TooOld, operation, message))?;
        client.is_podman = headers.contains_key("libpod-api-version");
        client.set_version(version);
        Ok(Self {
            client: Arc::new(client),
            config_dir: endpoint.config_dir.clone(),
            is_local: matches!(endpoint.address, Address::Unix(_)),
        })
    }
}

/// What hangs up on the first request was never an engine that can be reached: TLS on one side
/// only, or a certificate that is asked for.
fn first_failure(failure: Failure, description: &str, address: &Address) -> EngineError {
    let failure = match failure {
        Failure::Lost(text) => match certificate_hint(address) {
            Some(hint) => Failure::Untrusted(format!("{description}: {text}; {hint}")),
            None => {
                Failure::Connect(io::ErrorKind::ConnectionAborted, format!("{description}: {text}"))
            }
        },
        Failure::Untrusted(text) => Failure::Untrusted(format!("{description}: {text}")),
        other => other,
    };
    failure.during("connect to the engine")
}

/// What an engine behind TLS hangs up for. The alert that says so comes with the first answer in
/// TLS 1.3, and is lost when the connection is gone before it is read.
fn certificate_hint(address: &Address) -> Option<&'static str> {
    let Address::Tcp { tls: Some(tls), .. } = address else { return None };
    Some(match tls.client {
        None => {
            "it may want a certificate from its clients, and there is no cert.pem beside ca.pem"
        }
        Some(_) => {
            "it may be that it does not accept cert.pem: another authority issued it than the engine knows"
        }
    })
}

fn negotiate(newest: Option<&str>, wish: Option<&str>) -> std::result::Result<String, String> {
    let Some(newest) = newest.and_then(parse_version) else {
        return Err(String::from("what answers does not say which API it speaks"));
    };
    let show = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    if let Some(wish) = wish {
        let known = parse_version(wish).filter(|it| *it >= OLDEST && *it <= newest);
        return known.map(show).ok_or_else(|| {
            format!(
                "DOCKER_API_VERSION is {wish}; the engine speaks API {} and earlier, wharf {} and later",
                show(newest),
                show(OLDEST)
            )
        });
    }
    if newest < OLDEST {
        return Err(format!(
            "the engine speaks API {}, wharf {} and later",
            show(newest),
            show(OLDEST)
        ));
    }
    Ok(show(newest.min(NEWEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_on_the_newest_version_that_both_sides_know() {
        assert_eq!(negotiate(Some("1.41"), None).unwrap(), "1.41");
        assert_eq!(negotiate(Some("1.99"), None).unwrap(), "1.52");
        assert!(negotiate(Some("1.40"), None).unwrap_err().contains("1.40"));
        assert!(negotiate(None, None).is_err());
    }

    #[test]
    fn the_user_may_insist_on_a_version_that_is_spoken() {
        assert_eq!(negotiate(Some("1.51"), Some("1.44")).unwrap(), "1.44");
        for wish in ["1.40", "1.52", "x"] {
            assert!(negotiate(Some("1.51"), Some(wish)).is_err(), "{wish}");
        }
    }
}
