//! The journal of calls, and the faults that strike them.

use super::Shared;
use crate::{EngineError, ErrorKind, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// One call as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Name of the capability's method.
    pub name: &'static str,
    /// What it worked on; names and references only.
    pub argument: String,
    /// Number among the calls that change something, from 1; `None` for one that looks.
    pub number: Option<usize>,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.argument)
    }
}

/// Where in a call a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The engine did not get the request.
    BeforeEffect,
    /// The engine did what was asked, and its answer was lost.
    AfterEffect,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Fail(ErrorKind),
    Lose(Moment),
}

/// What becomes of a call that is let through.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Its answer arrives.
    Fine,
    /// Its effect happens and its answer does not arrive.
    Lost(EngineError),
}

#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) journal: Vec<Call>,
    pub(super) latency: Duration,
    pub(super) most_parallel: usize,
    in_flight: usize,
    changes: usize,
    faults: BTreeMap<usize, Fault>,
    kill_at: Option<usize>,
    is_killed: bool,
}

impl Calls {
    /// Counts a call that changes something.
    pub(super) fn begin(&mut self, name: &'static str, argument: String) -> Result<Verdict> {
        self.changes += 1;
        self.in_flight += 1;
        self.most_parallel = self.most_parallel.max(self.in_flight);
        let operation = format!("{name} {argument}");
        self.is_killed |= self.kill_at.is_some_and(|number| self.changes >= number);
        if self.is_killed {
            return Err(killed(operation));
        }
        self.journal.push(Call { name, argument, number: Some(self.changes) });
        match self.faults.get(&self.changes) {
            None => Ok(Verdict::Fine),
            Some(Fault::Fail(kind)) => Err(EngineError::new(*kind, operation, "an injected fault")),
            Some(Fault::Lose(Moment::BeforeEffect)) => Err(lost(operation)),
            Some(Fault::Lose(Moment::AfterEffect)) => Ok(Verdict::Lost(lost(operation))),
        }
    }

    /// Notes a call that only looks.
    pub(super) fn look(&mut self, name: &'static str, argument: &str) -> Result<()> {
        if self.is_killed {
            return Err(killed(format!("{name} {argument}")));
        }
        self.journal.push(Call { name, argument: argument.to_owned(), number: None });
        Ok(())
    }

    /// Counts of changes so far.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    pub(super) fn fail(&mut self, number: usize, kind: ErrorKind) {
        self.faults.insert(number, Fault::Fail(kind));
    }

    pub(super) fn lose(&mut self, number: usize, moment: Moment) {
        self.faults.insert(number, Fault::Lose(moment));
    }

    pub(super) fn kill_at(&mut self, number: usize) {
        self.kill_at = Some(number);
    }

    /// Starts afresh: no faults, an empty journal, numbers from 1.
    pub(super) fn reset(&mut self) {
        *self = Self { latency: self.latency, in_flight: self.in_flight, ..Self::default() };
    }
}

/// A call in flight; dropping it, also by cancellation, ends it.
#[derive(Debug)]
pub(super) struct Permit(Arc<Shared>);

impl Permit {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.in_flight = calls.in_flight.saturating_sub(1);
    }
}

fn lost(operation: String) -> EngineError {
    EngineError::new(ErrorKind::ConnectionLost, operation, "an injected loss of the connection")
}

/// Not a transient kind: who was killed does not try again.
fn killed(operation: String) -> EngineError {
    EngineError::new(ErrorKind::Unreachable, operation, "wharf was killed")
}
