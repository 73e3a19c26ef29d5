//! Runs a plan's graph, as parallel as its edges allow, and emits events.
//!
//! The executor decides nothing: what is done and in which order is in the plan. One dispatcher
//! owns all state; every action runs as a task of its own that reports back to it.

mod perform;
mod schedule;
mod summary;

use crate::capability::Engine;
use crate::gate::GateContext;
use crate::{EngineError, ErrorKind};
use perform::Performer;
use schedule::Schedule;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wharf_diag::Diagnostic;
use wharf_diag::codes::engine as codes;
use wharf_plan::{Address, Event, Node, NodeId, NodeOutcome, Plan, Summary};

/// How a plan is applied.
#[derive(Debug, Clone)]
pub struct ApplyOptions {
    /// How many requests that change something run at once. The engine is the bottleneck: on two
    /// processors it is as fast as it gets with eight, and slower again with twelve (measured).
    pub parallel: usize,
    /// Limit for all waits together; `None` waits as long as health checks allow.
    pub wait_timeout: Option<Duration>,
    /// Ends the run cleanly: nothing new is started, waits end, requests under way finish.
    pub cancel: CancellationToken,
    /// Where events go. Unbounded, because a plan has a bounded number of them and a slow
    /// terminal must not slow down the engine.
    pub events: Option<UnboundedSender<Event>>,
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self { parallel: 8, wait_timeout: None, cancel: CancellationToken::new(), events: None }
    }
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Counts.
    pub summary: Summary,
    /// What failed, in the order of the plan.
    pub failures: Vec<Failure>,
}

impl Outcome {
    /// Whether everything in the plan was done.
    pub fn is_success(&self) -> bool {
        self.failures.is_empty() && !self.summary.interrupted
    }

    /// Whether another look at the engine and another plan may help: somebody else changed the
    /// same things meanwhile.
    pub fn is_stale(&self) -> bool {
        let may_help = |failure: &Failure| {
            matches!(
                failure.kind,
                Some(ErrorKind::NameInUse | ErrorKind::NotFound | ErrorKind::Conflict)
            )
        };
        !self.failures.is_empty() && self.failures.iter().all(may_help)
    }
}

/// An action that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The action.
    pub node: NodeId,
    /// What it worked on.
    pub address: Address,
    /// What kind of error the engine gave; `None` when a wait failed.
    pub kind: Option<ErrorKind>,
    /// What to tell the user.
    pub diagnostic: Diagnostic,
}

impl Failure {
    pub(crate) fn from_error(node: &Node, error: &EngineError) -> Self {
        Self {
            node: node.id,
            address: node.address.clone(),
            kind: Some(error.kind),
            diagnostic: error.to_diagnostic(),
        }
    }
}

/// Applies a plan. Never fails as a whole: what failed is in the outcome.
pub async fn apply<E: Engine>(engine: Arc<E>, plan: &Plan, options: ApplyOptions) -> Outcome {
    Run::new(engine, plan, options).finish().await
}

/// What a task reports back: the id of what it created, or why it failed.
type Report = (NodeId, Result<Option<String>, Failure>);

struct Run<'a, E> {
    plan: &'a Plan,
    options: ApplyOptions,
    performer: Performer<E>,
    schedule: Schedule,
    tasks: JoinSet<Report>,
    began: Instant,
    started: Vec<Option<Instant>>,
    failures: Vec<Failure>,
    outcomes: Vec<Option<NodeOutcome>>,
}

impl<'a, E: Engine> Run<'a, E> {
    fn new(engine: Arc<E>, plan: &'a Plan, options: ApplyOptions) -> Self {
        let began = Instant::now();
        let gates = GateContext {
            deadline: options.wait_timeout.and_then(|limit| began.checked_add(limit)),
            cancel: options.cancel.clone(),
            began,
            events: options.events.clone(),
        };
        Self {
            plan,
            performer: Performer::new(engine, plan, gates),
            schedule: Schedule::new(plan, options.parallel),
            options,
            tasks: JoinSet::new(),
            began,
            started: vec![None; plan.nodes().len()],
            failures: Vec::new(),
            outcomes: vec![None; plan.nodes().len()],
        }
    }

    async fn finish(mut self) -> Outcome {
        let actions = self.plan.nodes().len();
        self.emit(Event::RunStarted { project: self.plan.project.clone(), actions });
        loop {
            self.launch();
            if self.skip_unreachable() {
                // What follows the end of a skipped node, well or not, may run now.
                self.launch();
            }
            let Some(result) = self.tasks.join_next().await else { break };
            match result {
                Ok((id, result)) => self.settle(id, result),
                // A panic in a task is a bug of ours; it must not look like success.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        self.skip_rest();
        self.failures.sort_by_key(|failure| failure.node);
        let interrupted = self.options.cancel.is_cancelled();
        let summary = summary::summary(self.plan, &self.outcomes, interrupted);
        self.emit(Event::RunFinished { at: self.at(), summary: summary.clone() });
        Outcome { summary, failures: self.failures }
    }

    fn launch(&mut self) {
        while !self.options.cancel.is_cancelled()
            && let Some(id) = self.schedule.next()
        {
            let node = &self.plan.nodes()[id.0];
            self.started[id.0] = Some(Instant::now());
            self.emit(Event::NodeStarted {
                at: self.at(),
                node: id,
                address: node.address.clone(),
                verb: node.action.verb(),
                argument: node.action.argument(),
            });
            let work = self.performer.perform(node.clone());
            self.tasks.spawn(async move { (id, work.await) });
        }
    }

    fn settle(&mut self, id: NodeId, result: Result<Option<String>, Failure>) {
        let outcome = match result {
            Ok(created) => {
                if let Some(created) = created {
                    self.performer.remember(id, created);
                }
                NodeOutcome::Done
            }
            Err(failure) => {
                self.failures.push(failure);
                NodeOutcome::Failed
            }
        };
        self.schedule.settle(id, outcome);
        self.conclude(id, outcome);
    }

    /// Nodes that can never run, because something that they follow failed; whether there were.
    fn skip_unreachable(&mut self) -> bool {
        let mut found = false;
        while let Some(id) = self.schedule.next_unreachable() {
            self.schedule.settle(id, NodeOutcome::Skipped);
            self.conclude(id, NodeOutcome::Skipped);
            found = true;
        }
        found
    }

    fn skip_rest(&mut self) {
        for index in 0..self.outcomes.len() {
            if self.outcomes[index].is_none() {
                self.conclude(NodeId(index), NodeOutcome::Skipped);
            }
        }
    }

    fn conclude(&mut self, id: NodeId, outcome: NodeOutcome) {
        let node = &self.plan.nodes()[id.0];
        self.outcomes[id.0] = Some(outcome);
        let elapsed = self.started[id.0].map_or(Duration::ZERO, |started| started.elapsed());
        self.emit(Event::NodeFinished {
            at: self.at(),
            node: id,
            address: node.address.clone(),
            verb: node.action.verb(),
            argument: node.action.argument(),
            outcome,
            elapsed: millis(elapsed),
        });
    }

    fn at(&self) -> u64 {
        millis(self.began.elapsed())
    }

    /// Nobody listening is no reason to stop.
    fn emit(&self, event: Event) {
        if let Some(events) = &self.options.events {
            let _ = events.send(event);
        }
    }
}

/// The diagnostic for a run that Ctrl-C ended.
pub(crate) fn interrupted(what: &str) -> Diagnostic {
    Diagnostic::error(codes::INTERRUPTED, format!("interrupted while {what}"))
        .note("requests under way were finished, nothing new was started")
        .help("run the same command again: wharf looks at what is there and goes on")
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
