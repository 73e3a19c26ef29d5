//! The engine itself: version and events.

use crate::Result;
use futures_util::stream::BoxStream;
use std::future::Future;

/// What the engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// Product (`Docker Engine`, `Podman`).
    pub product: String,
    /// Version of the product.
    pub version: String,
    /// Version of the API that was negotiated, such as `1.41`.
    pub api_version: String,
    /// `os/arch`.
    pub platform: String,
}

/// Something that happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    /// Full id of the container.
    pub container: String,
    /// Name of the container.
    pub name: String,
    /// `start`, `die`, `health_status: healthy`, ...
    pub action: String,
    /// Exit code, for `die`.
    pub exit_code: Option<i64>,
}

/// The engine itself.
pub trait System {
    /// Asks for product and versions.
    fn info(&self) -> impl Future<Output = Result<EngineInfo>> + Send;

    /// Follows what happens to the containers of a project, from now on. The stream ends with
    /// an error when the connection breaks.
    fn events(&self, project: &str) -> BoxStream<'static, Result<EngineEvent>>;
}
