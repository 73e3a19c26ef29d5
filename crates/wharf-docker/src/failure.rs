//! What can go wrong with a request, and which error it becomes.

mod tls;

use std::io;
use std::time::Duration;
use wharf_engine::{EngineError, ErrorKind};

/// A request that failed, before it is known what it was for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No connection.
    Connect(io::ErrorKind, String),
    /// The connection broke after the request was sent.
    Lost(String),
    /// Behind TLS, and the certificates do not fit.
    Untrusted(String),
    /// No answer in time.
    TimedOut(Duration),
    /// The engine answered with an error.
    Status {
        /// HTTP status.
        status: u16,
        /// The engine's words.
        message: String,
    },
    /// The engine answered with something that is no answer.
    Unreadable(String),
}

impl Failure {
    /// HTTP status, when the engine answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the engine said this, in any case.
    pub(crate) fn says(&self, words: &str) -> bool {
        matches!(self, Self::Status { message, .. } if message.to_lowercase().contains(words))
    }

    /// The error of an operation such as "create container `shop-api-1`".
    pub(crate) fn during(self, operation: impl Into<String>) -> EngineError {
        let operation = operation.into();
        match self {
            Self::Connect(kind, message) => {
                let kind = match kind {
                    io::ErrorKind::PermissionDenied => ErrorKind::Permission,
                    _ => ErrorKind::Unreachable,
                };
                EngineError::new(kind, operation, message)
            }
            Self::Untrusted(message) => EngineError::new(ErrorKind::Endpoint, operation, message),
            Self::Lost(message) => EngineError::new(ErrorKind::ConnectionLost, operation, message),
            Self::TimedOut(limit) => EngineError::new(
                ErrorKind::TimedOut,
                operation,
                format!("no answer within {} s", limit.as_secs()),
            ),
            Self::Status { status, message } => {
                EngineError::new(kind_of(status, &message), operation, tidy(status, &message))
            }
            Self::Unreadable(message) => EngineError::new(ErrorKind::Refused, operation, message),
        }
    }
}

impl From<hyper_util::client::legacy::Error> for Failure {
    fn from(error: hyper_util::client::legacy::Error) -> Self {
        let cause = deepest(&error);
        match cause.tls {
            Some(text) => Self::Untrusted(text),
            None if error.is_connect() => {
                Self::Connect(cause.kind.unwrap_or(io::ErrorKind::Other), cause.text)
            }
            None => Self::Lost(cause.text),
        }
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        Self::Lost(deepest(&error).text)
    }
}

/// The innermost cause of a failure of the transport.
struct Cause {
    /// What the system says.
    kind: Option<io::ErrorKind>,
    /// What TLS says, for people.
    tls: Option<String>,
    /// Its own words: hyper's ("client error (Connect)") help nobody.
    text: String,
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> Cause {
    let (mut kind, mut tls) = (None, None);
    let mut inner = error;
    loop {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            kind = Some(error.kind());
            // An error of the system hides the one that it was made from.
            let made_from = error.get_ref().and_then(|it| it.downcast_ref());
            tls = made_from.map(tls::explain).or(tls);
        }
        match inner.source() {
            Some(source) => inner = source,
            None => return Cause { kind, tls, text: inner.to_string() },
        }
    }
}

/// Engines say most things in words only; the words are those of Docker Engine 20.10 to 29 and
/// of Podman 4.
fn kind_of(status: u16, message: &str) -> ErrorKind {
    let text = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|it| text.contains(it));
    if says(&["port is already allocated", "address already in use", "ports are not available"]) {
        return ErrorKind::PortInUse;
    }
    if says(&["no space left on device", "disk quota exceeded"]) {
        return ErrorKind::DiskFull;
    }
    if says(&["is too new. maximum supported api version", "is too old. minimum supported api"]) {
        return ErrorKind::TooOld;
    }
    match status {
        404 if says(&[
            "no such image",
            "image not known",
            "manifest unknown",
            "not found: manifest",
        ]) =>
        {
            ErrorKind::ImageAbsent
        }
        404 => ErrorKind::NotFound,
        _ if says(&["is already in use by", "name is already in use", "already exists"]) => {
            ErrorKind::NameInUse
        }
        409 | 423 => ErrorKind::Conflict,
        _ if says(&[
            "has active endpoints",
            "volume is in use",
            "is being used",
            "container state improper",
        ]) =>
        {
            ErrorKind::Conflict
        }
        501 => ErrorKind::NotSupported,
        _ => ErrorKind::Refused,
    }
}

fn tidy(status: u16, message: &str) -> String {
    match message.trim() {
        "" => format!("HTTP status {status} without a message"),
        text => text.to_owned(),
    }
}

/// The error of a stream that an engine ended with words instead of a status.
pub(crate) fn told(
    operation: impl Into<String>,
    message: &str,
    otherwise: ErrorKind,
) -> EngineError {
    let kind = match kind_of(0, message) {
        kind @ (ErrorKind::DiskFull | ErrorKind::PortInUse) => kind,
        _ => otherwise,
    };
    EngineError::new(kind, operation, message.trim())
}

/// Replaces values that must not be shown in what an engine said; it quotes what it dislikes.
pub(crate) fn redact<'a>(
    mut error: EngineError,
    secrets: impl IntoIterator<Item = &'a str>,
) -> EngineError {
    // Shorter values are no secrets and would tear words apart.
    for secret in secrets.into_iter().filter(|secret| secret.len() >= 4) {
        error.message = error.message.replace(secret, "***");
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_errors_apart_by_status_and_words() {
        let cases = [
            (404, "No such container: x", ErrorKind::NotFound),
            (404, "No such image: shop:1", ErrorKind::ImageAbsent),
            (
                409,
                "Conflict. The container name \"/a\" is already in use by container \"b\".",
                ErrorKind::NameInUse,
            ),
            (409, "network with name a already exists", ErrorKind::NameInUse),
            (409, "Container b is not running", ErrorKind::Conflict),
            (409, "remove a: volume is in use - [b]", ErrorKind::Conflict),
            (
                403,
                "error while removing network: network a id b has active endpoints",
                ErrorKind::Conflict,
            ),
            (
                500,
                "driver failed programming external connectivity on endpoint a: Bind for 0.0.0.0:80 failed: port is already allocated",
                ErrorKind::PortInUse,
            ),
            (500, "listen tcp4 0.0.0.0:80: bind: address already in use", ErrorKind::PortInUse),
            (500, "write /var/lib/x: no space left on device", ErrorKind::DiskFull),
            (
                400,
                "client version 1.99 is too new. Maximum supported API version is 1.41",
                ErrorKind::TooOld,
            ),
            (
                500,
                "can only kill running containers: container state improper",
                ErrorKind::Conflict,
            ),
            (501, "not implemented", ErrorKind::NotSupported),
            (500, "oops", ErrorKind::Refused),
        ];
        for (status, message, expected) in cases {
            let failure = Failure::Status { status, message: message.to_owned() };
            assert_eq!(failure.during("test").kind, expected, "{message}");
        }
    }

    #[test]
    fn a_socket_that_may_not_be_opened_is_a_matter_of_permission() {
        let kind = |kind| Failure::Connect(kind, String::new()).during("test").kind;
        assert_eq!(kind(io::ErrorKind::PermissionDenied), ErrorKind::Permission);
        assert_eq!(kind(io::ErrorKind::NotFound), ErrorKind::Unreachable);
        assert_eq!(kind(io::ErrorKind::TimedOut), ErrorKind::Unreachable);
    }

    #[test]
    fn hides_values_that_an_engine_quotes() {
        let error = EngineError::new(ErrorKind::Refused, "create", "bad value `hunter2` in env");
        assert_eq!(redact(error, ["hunter2"]).message, "bad value `***` in env");
    }
}
