//! `wharf stop`, `start`, `restart` and `kill`: containers that are there.

use crate::access::{check_names, known_services};
use crate::apply::Run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::signals;
use std::collections::BTreeSet;
use std::time::Duration;
use wharf_diag::Diagnostic;
use wharf_diag::codes::engine as codes;
use wharf_plan::{Lifecycle, lifecycle};

/// Stops containers
#[derive(Debug, clap::Args)]
pub(crate) struct StopArgs {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Seconds between stop signal and SIGKILL
    #[arg(short, long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=crate::cli::MOST_SECONDS))]
    timeout: Option<u64>,
}

/// Starts containers that are there
#[derive(Debug, clap::Args)]
pub(crate) struct StartArgs {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// How long to wait for health, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=crate::cli::MOST_SECONDS))]
    wait_timeout: Option<u64>,
}

/// Restarts containers
#[derive(Debug, clap::Args)]
pub(crate) struct RestartArgs {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Seconds between stop signal and SIGKILL
    #[arg(short, long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=crate::cli::MOST_SECONDS))]
    timeout: Option<u64>,
    /// How long to wait for health, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=crate::cli::MOST_SECONDS))]
    wait_timeout: Option<u64>,
}

/// Sends a signal to containers
#[derive(Debug, clap::Args)]
pub(crate) struct KillArgs {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Name or number of the signal
    #[arg(short, long, default_value = "SIGKILL")]
    signal: String,
}

/// Stops.
pub(crate) async fn stop(session: &Session<'_>, args: StopArgs) -> Result<Exit, Failure> {
    let grace = args.timeout.map(Duration::from_secs);
    change(session, "stop", &args.services, &Lifecycle::Stop { grace }, None).await
}

/// Starts.
pub(crate) async fn start(session: &Session<'_>, args: StartArgs) -> Result<Exit, Failure> {
    change(session, "start", &args.services, &Lifecycle::Start, args.wait_timeout).await
}

/// Restarts.
pub(crate) async fn restart(session: &Session<'_>, args: RestartArgs) -> Result<Exit, Failure> {
    let grace = args.timeout.map(Duration::from_secs);
    let what = Lifecycle::Restart { grace };
    change(session, "restart", &args.services, &what, args.wait_timeout).await
}

/// Kills.
pub(crate) async fn kill(session: &Session<'_>, args: KillArgs) -> Result<Exit, Failure> {
    let what = Lifecycle::Kill { signal: args.signal };
    change(session, "kill", &args.services, &what, None).await
}

async fn change(
    session: &Session<'_>,
    verb: &'static str,
    services: &[String],
    what: &Lifecycle,
    wait_timeout: Option<u64>,
) -> Result<Exit, Failure> {
    let (project, read) = session.scope()?;
    let connected = session.connect().await?;
    let _lock = session.lock(&project, &connected.endpoint).await?;
    let cancel = signals::listen(session.output);
    let observed = connected.observe(&project).await?;
    let known = known_services(read.as_ref(), &observed);
    check_names(services, known.iter().copied())?;
    if observed.containers.is_empty() {
        let diagnostic = Diagnostic::error(
            codes::NO_CONTAINER,
            format!("project `{project}` has no containers to {verb}"),
        );
        return Err(Failure::of(diagnostic.help("create them with `wharf up`"), Exit::Failed));
    }
    let services: BTreeSet<String> = services.iter().cloned().collect();
    let plan = lifecycle(&project, &observed, &services, what);
    let run = Run {
        session,
        connected: &connected,
        verb,
        wait_timeout: wait_timeout.map(Duration::from_secs),
        cancel,
    };
    run.finish(&plan).await
}
