//! Applies a plan, with its progress on the screen.

use crate::cli::Progress;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Connected, Session};
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use wharf_diag::SourceMap;
use wharf_engine::{ApplyOptions, Outcome, apply};
use wharf_plan::{Event, Plan};
use wharf_term::progress::{Form, Reporter, reporter};

/// How often a frame is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// How a plan is applied.
pub(crate) struct Run<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) connected: &'a Connected,
    /// The command as the user knows it.
    pub(crate) verb: &'static str,
    /// Limit for all waits together.
    pub(crate) wait_timeout: Option<Duration>,
    /// Ends the run cleanly.
    pub(crate) cancel: CancellationToken,
}

impl Run<'_> {
    /// Applies a plan and shows it.
    pub(crate) async fn apply(&self, plan: &Plan) -> Outcome {
        let (sender, receiver) = unbounded_channel();
        let settings = &self.session.settings;
        let reporter =
            reporter(form(settings.progress), self.verb, plan, self.session.output, Timestamp::now);
        let shown = tokio::spawn(show(receiver, reporter));
        let options = ApplyOptions {
            parallel: settings.parallel,
            wait_timeout: self.wait_timeout,
            cancel: self.cancel.clone(),
            events: Some(sender),
        };
        let outcome = apply(self.connected.engine.clone(), plan, options).await;
        // The reporter ends with the channel; it cannot fail other than by a bug of its own.
        if let Err(error) = shown.await {
            std::panic::resume_unwind(error.into_panic());
        }
        outcome
    }

    /// Applies a plan; what failed becomes the failure of the command.
    pub(crate) async fn finish(&self, plan: &Plan) -> Result<Exit, Failure> {
        let outcome = self.apply(plan).await;
        conclude(&outcome)
    }
}

/// Turns the outcome of a run into the end of a command.
pub(crate) fn conclude(outcome: &Outcome) -> Result<Exit, Failure> {
    if outcome.is_success() {
        return Ok(Exit::Ok);
    }
    let exit = if outcome.summary.interrupted { Exit::Interrupted } else { Exit::Failed };
    let mut diagnostics: Vec<_> =
        outcome.failures.iter().map(|failure| failure.diagnostic.clone()).collect();
    if diagnostics.is_empty() {
        diagnostics.push(interrupted(outcome.summary.skipped));
    }
    diagnostics.dedup();
    Err(Failure { diagnostics, sources: SourceMap::default(), exit })
}

fn interrupted(skipped: usize) -> wharf_diag::Diagnostic {
    let what = match skipped {
        0 => "interrupted; everything of this step was done before".to_owned(),
        _ => format!("interrupted; {skipped} actions were not tried"),
    };
    wharf_diag::Diagnostic::error(wharf_diag::codes::engine::INTERRUPTED, what)
        .note("requests under way were finished, nothing new was started")
        .help("run the same command again: wharf looks at what is there and goes on")
}

async fn show(mut events: UnboundedReceiver<Event>, mut reporter: Box<dyn Reporter>) {
    let began = Instant::now();
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => reporter.event(&event),
                None => break,
            },
            _ = frames.tick() => {
                let now = began.elapsed().as_millis();
                reporter.tick(u64::try_from(now).unwrap_or(u64::MAX));
            }
        }
    }
    reporter.finish();
}

fn form(progress: Progress) -> Form {
    match progress {
        Progress::Tty => Form::Tty,
        Progress::Auto | Progress::Plain => Form::Plain,
        Progress::Json => Form::Json,
        Progress::Quiet => Form::Quiet,
    }
}
