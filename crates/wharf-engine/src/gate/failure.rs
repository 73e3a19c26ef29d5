//! What is said when a wait fails: the last health output and the last lines of the log.

use super::{Stop, Wait};
use crate::capability::{ContainerReport, Engine, LogOptions};
use crate::executor::{Failure, interrupted};
use futures_util::StreamExt;
use std::time::Duration;
use wharf_diag::Diagnostic;
use wharf_diag::codes::engine as codes;
use wharf_plan::{Gate, Node};

/// How many lines of a log are shown.
const LOG_LINES: u64 = 10;
/// How many lines of a health check's output are shown.
const HEALTH_LINES: usize = 6;
/// How long reading the log may take: an engine in trouble must not hold the message back.
const LOG_LIMIT: Duration = Duration::from_secs(5);

impl Stop {
    pub(super) fn interrupted<E>(wait: &Wait<'_, E>) -> Self {
        Self::Verdict(Box::new(interrupted(&format!("waiting for `{}`", wait.name))))
    }

    pub(super) fn out_of_time<E>(wait: &Wait<'_, E>) -> Self {
        let seconds = wait.since.elapsed().as_secs_f64();
        let diagnostic = Diagnostic::error(
            codes::WAIT_TIMEOUT,
            format!("`{}` was not {} in time ({seconds:.1} s)", wait.name, wait.gate.as_str()),
        );
        let diagnostic = health_notes(diagnostic, wait.probe.output.as_deref());
        Self::Verdict(Box::new(diagnostic.help(
            "look at it with `wharf ps` and `wharf logs`, then run the command again to go on waiting",
        )))
    }

    /// Adds the end of the log.
    pub(super) async fn into_failure<E: Engine>(
        self,
        engine: &E,
        node: &Node,
        container: &str,
    ) -> Failure {
        match self {
            Self::Engine(error) => Failure::from_error(node, &error),
            Self::Verdict(diagnostic) => {
                let wants_log = diagnostic.code != codes::INTERRUPTED;
                let log = if wants_log { last_lines(engine, container).await } else { Vec::new() };
                let diagnostic = log.into_iter().fold(*diagnostic, Diagnostic::note);
                Failure { node: node.id, address: node.address.clone(), kind: None, diagnostic }
            }
        }
    }
}

impl<E: Engine> Wait<'_, E> {
    pub(super) fn exited(&self, code: i64, report: &ContainerReport) -> Stop {
        let diagnostic = Diagnostic::error(
            codes::EXITED,
            format!("`{}` ended with exit code {code}{}", self.name, meaning(code)),
        );
        let diagnostic = match &report.error {
            Some(error) => diagnostic.note(error.clone()),
            None => diagnostic,
        };
        self.verdict(diagnostic)
    }

    pub(super) fn gone(&self) -> Stop {
        self.verdict(Diagnostic::error(
            codes::EXITED,
            format!("`{}` was removed while wharf waited for it", self.name),
        ))
    }

    pub(super) fn keeps_ending(&self, restarts: u64) -> Stop {
        self.verdict(Diagnostic::error(
            codes::EXITED,
            format!("`{}` keeps ending: the engine has restarted it {restarts} times", self.name),
        ))
    }

    pub(super) fn unhealthy(&self, report: &ContainerReport) -> Stop {
        let diagnostic =
            Diagnostic::error(codes::UNHEALTHY, format!("`{}` is unhealthy", self.name));
        let output = self.probe.output.as_ref().or(report.health_output.as_ref());
        self.verdict(health_notes(diagnostic, output.map(String::as_str)))
    }

    pub(super) fn without_health_check(&self) -> Stop {
        self.verdict(
            Diagnostic::error(
                codes::UNHEALTHY,
                format!("`{}` has no health check, and a service waits for its health", self.name),
            )
            .help("add a `healthcheck` to it, or use `condition: service_started`"),
        )
    }

    fn verdict(&self, diagnostic: Diagnostic) -> Stop {
        let service = self.node.address.service_name().unwrap_or(self.name);
        let diagnostic = match self.gate {
            Gate::Completed => diagnostic,
            Gate::Ready | Gate::Healthy => {
                diagnostic.help(format!("the whole log: `wharf logs {service}`"))
            }
        };
        Stop::Verdict(Box::new(diagnostic))
    }
}

/// Exit codes whose meaning is not in the log.
fn meaning(code: i64) -> &'static str {
    match code {
        125 => " (the engine could not run it)",
        126 => " (the command is not executable)",
        127 => " (the command was not found)",
        137 => " (killed: out of memory, or SIGKILL)",
        139 => " (segmentation fault)",
        143 => " (SIGTERM)",
        _ => "",
    }
}

fn health_notes(diagnostic: Diagnostic, output: Option<&str>) -> Diagnostic {
    let lines: Vec<&str> =
        output.unwrap_or_default().lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(HEALTH_LINES);
    lines[first..]
        .iter()
        .fold(diagnostic, |diagnostic, line| diagnostic.note(format!("health check: {line}")))
}

async fn last_lines<E: Engine>(engine: &E, container: &str) -> Vec<String> {
    let options = LogOptions { tail: Some(LOG_LINES), ..LogOptions::default() };
    let lines = engine.logs(container, &options).filter_map(|line| async move {
        let line = line.ok()?;
        Some(format!("log: {}", String::from_utf8_lossy(&line.line).trim_end()))
    });
    tokio::time::timeout(LOG_LIMIT, lines.collect()).await.unwrap_or_default()
}
