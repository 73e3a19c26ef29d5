//! Waits until a container has reached a state.
//!
//! The health command is run by wharf itself as soon as the container runs, at once and then
//! every 100 ms growing to 1 s; the first success passes the gate. An engine runs it only after
//! its first interval, which is 10 to 30 s in most files. Failure keeps the meaning that the
//! file gives it: the engine's verdict `unhealthy`, which respects `start_period`, `interval`,
//! `timeout` and `retries`, or the same times counted here when an engine never says.

mod failure;

use crate::capability::{ContainerReport, Engine, ExecSpec};
use crate::executor::{Failure, millis};
use crate::{EngineError, ErrorKind};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wharf_diag::Diagnostic;
use wharf_plan::spec::HealthSpec;
use wharf_plan::{ContainerState, Event, Gate, Health, Node};

/// First pause between two probes.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause between two probes.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Restarts by the engine after which a container counts as not coming up.
const TOLERATED_RESTARTS: u64 = 5;
/// Answers in a row that may fail to come.
const TOLERATED_LOSSES: u32 = 3;
/// The engine's defaults for what a health check does not say.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(30);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_RETRIES: u32 = 3;

/// What all waits of a run have in common.
#[derive(Debug, Clone)]
pub(crate) struct GateContext {
    /// When waiting is over.
    pub(crate) deadline: Option<Instant>,
    /// Ends all waits.
    pub(crate) cancel: CancellationToken,
    /// When the run began.
    pub(crate) began: Instant,
    /// Where events go.
    pub(crate) events: Option<UnboundedSender<Event>>,
}

impl GateContext {
    /// Emits an event with its time.
    pub(crate) fn emit(&self, event: impl FnOnce(u64) -> Event) {
        if let Some(events) = &self.events {
            let _ = events.send(event(millis(self.began.elapsed())));
        }
    }

    async fn over(&self) {
        match self.deadline {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }
}

/// Waits until the container has passed the gate.
pub(crate) async fn pass<E: Engine>(
    engine: &E,
    node: &Node,
    container: (&str, &str),
    gate: Gate,
    context: &GateContext,
) -> Result<(), Failure> {
    let mut wait = Wait::new(engine, node, container, gate, context);
    let result = tokio::select! {
        biased;
        () = context.cancel.cancelled() => Err(Stop::interrupted(&wait)),
        () = context.over() => Err(Stop::out_of_time(&wait)),
        result = wait.run() => result,
    };
    match result {
        Ok(()) => Ok(()),
        Err(stop) => Err(stop.into_failure(engine, node, container.0).await),
    }
}

/// Runs the health command of a running container once, now; whether it passes.
///
/// An engine says `starting` until its next interval, however well the service is by then.
///
/// # Errors
/// When the engine cannot be asked; a command that fails or cannot run is a no.
pub async fn is_well<E: Engine>(engine: &E, container: &str) -> crate::Result<bool> {
    let report = engine.state(container).await?;
    let health = report.details.spec.healthcheck.unwrap_or_default();
    let Some(command) = probe_command(&health) else { return Ok(false) };
    let spec = ExecSpec { command, ..ExecSpec::default() };
    match engine.run(container, &spec, health.timeout.unwrap_or(DEFAULT_TIMEOUT)).await {
        Ok(output) => Ok(output.code == 0),
        Err(error) if error.kind == ErrorKind::ConnectionLost => Err(error),
        Err(error) if error.kind == ErrorKind::Unreachable => Err(error),
        Err(_) => Ok(false),
    }
}

/// Why a wait ended without success.
pub(crate) enum Stop {
    /// With something to say about the container.
    Verdict(Box<Diagnostic>),
    /// The engine failed.
    Engine(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// The last thing that a probe said.
#[derive(Debug, Clone, Default)]
struct LastProbe {
    output: Option<String>,
    count: u32,
}

struct Wait<'a, E> {
    engine: &'a E,
    node: &'a Node,
    id: &'a str,
    name: &'a str,
    gate: Gate,
    context: &'a GateContext,
    since: Instant,
    pause: Duration,
    probe: LastProbe,
    first_restarts: Option<u64>,
    /// Answers in a row that did not come.
    lost: u32,
}

impl<'a, E: Engine> Wait<'a, E> {
    fn new(
        engine: &'a E,
        node: &'a Node,
        (id, name): (&'a str, &'a str),
        gate: Gate,
        context: &'a GateContext,
    ) -> Self {
        Self {
            engine,
            node,
            id,
            name,
            gate,
            context,
            since: Instant::now(),
            pause: FIRST_PAUSE,
            probe: LastProbe::default(),
            first_restarts: None,
            lost: 0,
        }
    }

    async fn run(&mut self) -> Result<(), Stop> {
        loop {
            // `state` is asked again each time: the container may end or be restarted meanwhile.
            let passed = match self.engine.state(self.id).await {
                Ok(report) => self.has_passed(&report).await,
                Err(error) => Err(error.into()),
            };
            match passed {
                Ok(true) => return Ok(()),
                Ok(false) => self.lost = 0,
                // A wait of minutes outlives a connection that breaks now and then.
                Err(Stop::Engine(error))
                    if error.is_transient() && self.lost < TOLERATED_LOSSES =>
                {
                    self.lost += 1;
                }
                Err(stop) => return Err(stop),
            }
            tokio::time::sleep(self.pause).await;
            self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    async fn has_passed(&mut self, report: &ContainerReport) -> Result<bool, Stop> {
        match report.state {
            ContainerState::Running | ContainerState::Paused => self.while_running(report).await,
            ContainerState::Exited { code: 0 } if self.gate != Gate::Healthy => Ok(true),
            ContainerState::Exited { code } => Err(self.exited(code, report)),
            ContainerState::Dead | ContainerState::Removing => Err(self.gone()),
            ContainerState::Restarting => self.while_restarting(report),
            ContainerState::Created => Ok(false),
        }
    }

    async fn while_running(&mut self, report: &ContainerReport) -> Result<bool, Stop> {
        let health = &report.details.spec.healthcheck;
        match (self.gate, report.health) {
            (Gate::Completed, _) => self.until_end().await,
            (_, Some(Health::Healthy)) | (Gate::Ready, None) => Ok(true),
            (Gate::Healthy, None) => Err(self.without_health_check()),
            (_, Some(verdict)) => {
                let health = health.clone().unwrap_or_default();
                if self.probe_once(&health).await? {
                    return Ok(true);
                }
                let is_over = verdict == Health::Unhealthy || self.is_past_failure(&health);
                if is_over { Err(self.unhealthy(report)) } else { Ok(false) }
            }
        }
    }

    fn while_restarting(&mut self, report: &ContainerReport) -> Result<bool, Stop> {
        let first = *self.first_restarts.get_or_insert(report.restart_count);
        if report.restart_count >= first + TOLERATED_RESTARTS {
            return Err(self.keeps_ending(report.restart_count));
        }
        Ok(false)
    }

    /// Engines answer the moment a container ends; polling would add its pause.
    async fn until_end(&mut self) -> Result<bool, Stop> {
        match self.engine.wait(self.id).await {
            Ok(_) => {
                self.pause = Duration::ZERO;
                Ok(false)
            }
            Err(error) if error.is_transient() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn probe_once(&mut self, health: &HealthSpec) -> Result<bool, Stop> {
        let Some(command) = probe_command(health) else { return Ok(false) };
        let limit = health.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let spec = ExecSpec { command, ..ExecSpec::default() };
        self.probe.count += 1;
        match self.engine.run(self.id, &spec, limit).await {
            Ok(output) if output.code == 0 => return Ok(true),
            Ok(output) => self.probe.output = Some(output.output),
            Err(error) if error.kind == ErrorKind::TimedOut => {
                self.probe.output =
                    Some(format!("the check did not end within {} s", limit.as_secs_f64()));
            }
            // The container ended or is not far enough to run a command; its state tells.
            Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound) => {}
            Err(error) if error.kind == ErrorKind::Refused => {
                self.probe.output = Some(error.message);
            }
            Err(error) => return Err(error.into()),
        }
        self.tell();
        Ok(false)
    }

    fn tell(&self) {
        let last = self.probe.output.as_deref().unwrap_or_default();
        let line = last.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let message = format!("health check {}: {}", self.probe.count, line.trim());
        let (node, address) = (self.node.id, self.node.address.clone());
        self.context.emit(|at| Event::NodeProgress { at, node, address, message });
    }

    /// As long as the engine would take to say `unhealthy`, and a little.
    fn is_past_failure(&self, health: &HealthSpec) -> bool {
        let interval = health.interval.unwrap_or(DEFAULT_INTERVAL);
        let timeout = health.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let retries = health.retries.filter(|it| *it > 0).unwrap_or(DEFAULT_RETRIES);
        let start_period = health.start_period.unwrap_or_default();
        let checks = interval.saturating_add(timeout).saturating_mul(retries);
        self.since.elapsed() > start_period.saturating_add(checks).saturating_add(LONGEST_PAUSE)
    }
}

/// The command as exec takes it; `None` when there is none to run.
fn probe_command(health: &HealthSpec) -> Option<Vec<String>> {
    let test = health.test.as_ref()?;
    match test.first()?.as_str() {
        "NONE" => None,
        "CMD" => Some(test[1..].to_vec()),
        "CMD-SHELL" => Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), test.get(1)?.clone()]),
        _ => Some(test.clone()),
    }
}
