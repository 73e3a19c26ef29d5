//! What can go wrong with an engine.

use wharf_diag::codes::engine as codes;
use wharf_diag::{Code, Diagnostic};

/// Result of a capability.
pub type Result<T> = std::result::Result<T, EngineError>;

/// What kind of thing went wrong; decides retry, replanning and exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing answers at the engine's address.
    Unreachable,
    /// The socket is there and this user may not use it.
    Permission,
    /// The settings that name the engine make no sense, or the certificates do not fit.
    Endpoint,
    /// The engine's API is too old.
    TooOld,
    /// The thing is not there (404).
    NotFound,
    /// The name is taken (409).
    NameInUse,
    /// A host port is taken.
    PortInUse,
    /// The thing is in use or in a state that forbids the request (409).
    Conflict,
    /// The image is neither there nor to be had.
    ImageAbsent,
    /// A build failed.
    BuildFailed,
    /// The engine's disk is full.
    DiskFull,
    /// The connection broke in the middle.
    ConnectionLost,
    /// No answer in time.
    TimedOut,
    /// The engine cannot do it.
    NotSupported,
    /// The user ended the run.
    Interrupted,
    /// The engine answered with another error (4xx, 5xx).
    Refused,
}

/// Something that went wrong with an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct EngineError {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// What was being done ("create container `shop-api-1`").
    pub operation: String,
    /// The engine's or the system's own words. Never contains values of variables.
    pub message: String,
}

impl EngineError {
    /// Makes an error.
    pub fn new(kind: ErrorKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, operation: operation.into(), message: message.into() }
    }

    /// The code that `wharf explain` knows.
    pub fn code(&self) -> Code {
        match self.kind {
            ErrorKind::Unreachable => codes::UNREACHABLE,
            ErrorKind::Permission => codes::PERMISSION,
            ErrorKind::Endpoint => codes::ENDPOINT,
            ErrorKind::TooOld => codes::TOO_OLD,
            ErrorKind::NameInUse => codes::NAME_IN_USE,
            ErrorKind::PortInUse => codes::PORT_IN_USE,
            ErrorKind::ImageAbsent => codes::IMAGE_ABSENT,
            ErrorKind::BuildFailed => codes::BUILD_FAILED,
            ErrorKind::DiskFull => codes::DISK_FULL,
            ErrorKind::ConnectionLost => codes::CONNECTION_LOST,
            ErrorKind::TimedOut => codes::TIMED_OUT,
            ErrorKind::NotSupported => codes::NOT_SUPPORTED,
            ErrorKind::Interrupted => codes::INTERRUPTED,
            ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Refused => codes::REFUSED,
        }
    }

    /// What was being done, the engine's words, and what to do next.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), format!("cannot {}", self.operation));
        let diagnostic = self.message.lines().fold(diagnostic, Diagnostic::note);
        match self.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn help(&self) -> Option<&'static str> {
        Some(match self.kind {
            ErrorKind::Unreachable => {
                "start the engine (`systemctl start docker`, or `dockerd` where there is no systemd), or set DOCKER_HOST"
            }
            ErrorKind::Permission => {
                "add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`) and log in again"
            }
            ErrorKind::Endpoint => {
                "see DOCKER_HOST, DOCKER_CONTEXT and DOCKER_CERT_PATH (`env | grep ^DOCKER_`); `docker context ls` shows the contexts"
            }
            ErrorKind::TooOld => "update the engine to 20.10 or later",
            ErrorKind::PortInUse => {
                "see who has the port with `ss -ltnp`, or publish another one (\"8081:80\")"
            }
            ErrorKind::NameInUse => "rename or remove the other container, or use another `-p`",
            ErrorKind::ImageAbsent => {
                "check the name and tag, run `docker login` for a private registry, or add a `build:` section"
            }
            ErrorKind::DiskFull => {
                "free space on the engine's disk (`docker system df`, `docker image prune`), then run the command again"
            }
            ErrorKind::ConnectionLost | ErrorKind::TimedOut => {
                "run the same command again: wharf looks at what is there and goes on"
            }
            ErrorKind::Interrupted
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::BuildFailed
            | ErrorKind::NotSupported
            | ErrorKind::Refused => return None,
        })
    }

    /// Whether the same request may simply be sent again, when it is one that may be repeated.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, ErrorKind::ConnectionLost | ErrorKind::TimedOut)
    }
}
