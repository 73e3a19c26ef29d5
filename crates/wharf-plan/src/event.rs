//! What happened: the only road from the executor to a screen.

use crate::{Address, NodeId};
use serde::Serialize;
use wharf_diag::DiagnosticReport;

/// Something that happened during a run. Times are milliseconds since the run began.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type")]
pub enum Event {
    /// The run began; always the first.
    #[serde(rename = "run.started")]
    RunStarted {
        /// Name of the project.
        project: String,
        /// How many actions the plan has, waits included.
        actions: usize,
    },
    /// An action began.
    #[serde(rename = "node.started")]
    NodeStarted {
        /// Milliseconds.
        at: u64,
        /// The action.
        node: NodeId,
        /// What it works on.
        address: Address,
        /// What it does.
        verb: &'static str,
        /// With what.
        argument: Option<String>,
    },
    /// A long action (pull, build, wait) has something to show.
    #[serde(rename = "node.progress")]
    NodeProgress {
        /// Milliseconds.
        at: u64,
        /// The action.
        node: NodeId,
        /// What it works on.
        address: Address,
        /// One line.
        message: String,
    },
    /// An action ended.
    #[serde(rename = "node.finished")]
    NodeFinished {
        /// Milliseconds.
        at: u64,
        /// The action.
        node: NodeId,
        /// What it works on.
        address: Address,
        /// What it did.
        verb: &'static str,
        /// With what.
        argument: Option<String>,
        /// How it ended.
        outcome: NodeOutcome,
        /// How long it took, in milliseconds.
        elapsed: u64,
    },
    /// Something the user should know; the run goes on.
    #[serde(rename = "warning")]
    Warning {
        /// Milliseconds.
        at: u64,
        /// The warning.
        diagnostic: Box<DiagnosticReport>,
    },
    /// The run ended; always the last.
    #[serde(rename = "run.finished")]
    RunFinished {
        /// Milliseconds.
        at: u64,
        /// Counts.
        summary: Summary,
    },
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeOutcome {
    /// Done.
    Done,
    /// It failed; a diagnostic follows at the end of the run.
    Failed,
    /// Not tried, because something that it follows failed or the run was interrupted.
    Skipped,
}

/// Counts of a run. Containers are counted once, whatever number of actions they took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Containers, networks and volumes created.
    pub created: usize,
    /// Containers replaced.
    pub replaced: usize,
    /// Containers started that were there before.
    pub started: usize,
    /// Containers stopped.
    pub stopped: usize,
    /// Containers, networks and volumes removed.
    pub removed: usize,
    /// Containers that were left as they are.
    pub unchanged: usize,
    /// Actions that failed.
    pub failed: usize,
    /// Actions that were not tried.
    pub skipped: usize,
    /// Whether Ctrl-C or a signal ended the run.
    pub interrupted: bool,
}
