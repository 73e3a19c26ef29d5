//! Processes in containers: exec, attach.

use super::LogStream;
use crate::Result;
use futures_util::stream::BoxStream;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::AsyncWrite;
use wharf_plan::Secret;

/// A command to run in a running container.
#[derive(Debug, Clone, Default)]
pub struct ExecSpec {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Further variables.
    pub env: BTreeMap<String, Secret>,
    /// `uid[:gid]` or names; `None` is the container's.
    pub user: Option<String>,
    /// Folder to start in; `None` is the container's.
    pub working_dir: Option<String>,
    /// All capabilities.
    pub privileged: bool,
    /// Allocates a terminal.
    pub tty: bool,
    /// Connects standard input.
    pub stdin: bool,
}

/// What a short command gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessOutput {
    /// Exit code.
    pub code: i64,
    /// Both streams as they came, at most 64 KiB, not necessarily UTF-8 before conversion.
    pub output: String,
}

/// A piece of output of an interactive process.
pub type ProcessStream = BoxStream<'static, Result<(LogStream, Vec<u8>)>>;

/// A process whose streams are connected.
pub struct Session {
    /// Id of the exec, or of the container for an attachment.
    pub id: String,
    /// Its output; ends when the process ends.
    pub output: ProcessStream,
    /// Its input.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

/// Size of a terminal in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalSize {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// Processes in containers.
pub trait Processes {
    /// Runs a command to its end and returns code and output; `TimedOut` when it takes longer
    /// than `limit` (the process itself may go on: engines cannot end it).
    fn run(
        &self,
        container: &str,
        spec: &ExecSpec,
        limit: Duration,
    ) -> impl Future<Output = Result<ProcessOutput>> + Send;

    /// Starts a command with its streams connected.
    fn exec(
        &self,
        container: &str,
        spec: &ExecSpec,
    ) -> impl Future<Output = Result<Session>> + Send;

    /// Exit code of a command started by [`exec`](Self::exec); `None` while it runs.
    fn exec_code(&self, exec: &str) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// Sets the size of the terminal of a command.
    fn resize_exec(
        &self,
        exec: &str,
        size: TerminalSize,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Connects to the main process of a container that is created and not started yet, or
    /// running; nothing that it writes after its start is missed.
    fn attach(&self, container: &str, stdin: bool) -> impl Future<Output = Result<Session>> + Send;

    /// Sets the size of the terminal of a container's main process.
    fn resize(
        &self,
        container: &str,
        size: TerminalSize,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Waits for the end of a container and returns its exit code. No time limit.
    fn wait(&self, container: &str) -> impl Future<Output = Result<i64>> + Send;
}
