//! Containers: list, make, start, stop, remove.

use crate::Result;
use futures_util::stream::BoxStream;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use wharf_plan::spec::{ContainerSpec, FileSpec};
use wharf_plan::{ContainerDetails, ContainerState, Health, ObservedContainer};

/// What `inspect` says of a container's state, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerReport {
    /// Full id.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// State.
    pub state: ContainerState,
    /// The engine's verdict on its health; `None` without a health check.
    pub health: Option<Health>,
    /// Output of the engine's last health check, when there was one.
    pub health_output: Option<String>,
    /// How often the engine has restarted it.
    pub restart_count: u64,
    /// Error of the last start, in the engine's words.
    pub error: Option<String>,
    /// Id of its image.
    pub image_id: String,
    /// Time of the last start, Unix milliseconds; 0 when it never started.
    pub started_at: i64,
    /// Names of networks and the address of the container there.
    pub addresses: BTreeMap<String, String>,
    /// The specification as the engine keeps it; `image` is filled from the container's own
    /// image when `inspect` is asked for it.
    pub details: ContainerDetails,
}

/// Which of the two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output, or a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line of a log, or the rest of one at the end of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChunk {
    /// Where it was written.
    pub stream: LogStream,
    /// RFC 3339 time with nanoseconds, as the engine gives it; sorts as text.
    pub time: Option<String>,
    /// The line without its end.
    pub line: Vec<u8>,
}

/// Which part of a log is wanted. Times are always asked for.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// Goes on as new lines are written, until the container ends.
    pub follow: bool,
    /// Only the last lines; `None` is all.
    pub tail: Option<u64>,
    /// Not before this time, Unix seconds with fraction as text (`1700000000.000000001`).
    pub since: Option<String>,
    /// Not after this time.
    pub until: Option<String>,
}

/// Containers of an engine.
pub trait Containers {
    /// Lists all containers of the engine, running or not, without `details`.
    fn list(&self) -> impl Future<Output = Result<Vec<ObservedContainer>>> + Send;

    /// Reads everything about one container, its image's declarations included (two calls).
    fn inspect(&self, container: &str) -> impl Future<Output = Result<ContainerReport>> + Send;

    /// Reads state and health: one call, what the image declares (`details.image`) left empty.
    fn state(&self, container: &str) -> impl Future<Output = Result<ContainerReport>> + Send;

    /// Creates a container under `name` and returns its id; it joins the first network.
    fn create_container(
        &self,
        name: &str,
        spec: &ContainerSpec,
    ) -> impl Future<Output = Result<String>> + Send;

    /// Puts files into a container.
    fn upload(
        &self,
        container: &str,
        files: &[FileSpec],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Starts it; well done when it runs already.
    fn start(&self, container: &str) -> impl Future<Output = Result<()>> + Send;

    /// Stops it; well done when it does not run. `None` is the container's own grace.
    fn stop(
        &self,
        container: &str,
        grace: Option<Duration>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Stops and starts it.
    fn restart(
        &self,
        container: &str,
        grace: Option<Duration>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Sends a signal; an error when it does not run.
    fn kill(&self, container: &str, signal: &str) -> impl Future<Output = Result<()>> + Send;

    /// Removes it, killing it if it runs; well done when it is gone.
    fn remove(
        &self,
        container: &str,
        with_volumes: bool,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Gives it another name.
    fn rename(&self, container: &str, name: &str) -> impl Future<Output = Result<()>> + Send;

    /// Reads its log; lines come in the order in which they were written.
    fn logs(&self, container: &str, options: &LogOptions) -> BoxStream<'static, Result<LogChunk>>;
}
