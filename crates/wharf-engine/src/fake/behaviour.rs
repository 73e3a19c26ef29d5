//! What processes do.

use crate::capability::{LogStream, ProcessOutput};
use std::collections::BTreeMap;
use std::time::Duration;

/// How the process of a container behaves, from each of its starts on.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// Lines that it writes when it starts.
    pub log: Vec<(LogStream, String)>,
    /// How it ends by itself; `None` runs until it is stopped.
    pub ends: Option<Ending>,
    /// What its health command says.
    pub health: HealthScript,
    /// How it answers to its stop signal.
    pub on_stop: Ending,
    /// Does not answer to its stop signal: the engine kills it when the grace is over.
    pub ignores_stop: bool,
    /// Why the engine cannot start it.
    pub start_error: Option<String>,
    /// Output of commands that are run in it, by their words joined with blanks.
    pub answers: BTreeMap<String, ProcessOutput>,
}

/// The end of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ending {
    /// Time until then.
    pub after: Duration,
    /// Exit code.
    pub code: i64,
}

/// What a health command says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HealthScript {
    /// It passes from the start.
    #[default]
    Passes,
    /// It fails until this time after the start.
    PassesAfter(Duration),
    /// Its first runs fail. The engine's own checks are counted apart from those of clients.
    PassesAfterProbes(u32),
    /// It always fails.
    Fails,
}

impl Behaviour {
    /// A process that ends at once.
    pub fn exits(code: i64) -> Self {
        Self::exits_after(Duration::ZERO, code)
    }

    /// A process that ends by itself; with a restart policy it does so again and again.
    pub fn exits_after(after: Duration, code: i64) -> Self {
        Self { ends: Some(Ending { after, code }), ..Self::default() }
    }

    /// A process with this health.
    pub fn with_health(health: HealthScript) -> Self {
        Self { health, ..Self::default() }
    }

    /// A process that cannot be started.
    pub fn cannot_start(message: impl Into<String>) -> Self {
        Self { start_error: Some(message.into()), ..Self::default() }
    }

    /// Adds a line that it writes when it starts.
    #[must_use]
    pub fn saying(mut self, line: impl Into<String>) -> Self {
        self.log.push((LogStream::Stdout, line.into()));
        self
    }
}

impl HealthScript {
    /// Whether a run of the health command passes.
    pub(super) fn passes(self, since_start: Duration, earlier_runs: u32) -> bool {
        match self {
            Self::Passes => true,
            Self::PassesAfter(time) => since_start >= time,
            Self::PassesAfterProbes(count) => earlier_runs >= count,
            Self::Fails => false,
        }
    }

    /// When the engine, which checks only once per interval, changes its verdict, and whether
    /// that verdict is good. A script that passes in the end never becomes unhealthy before.
    pub(super) fn verdict(
        self,
        interval: Duration,
        start_period: Duration,
        retries: u32,
    ) -> (Duration, bool) {
        match self {
            Self::Passes => (interval, true),
            Self::PassesAfter(time) => {
                let mut at = interval;
                while at < time {
                    at += interval;
                }
                (at, true)
            }
            Self::PassesAfterProbes(count) => (interval * (count + 1), true),
            Self::Fails => (start_period + interval * retries, false),
        }
    }
}
