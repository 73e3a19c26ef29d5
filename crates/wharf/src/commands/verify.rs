//! `wharf verify`: looks at the running stack from outside.

mod names;
mod ports;
mod state;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use wharf_term::checks::{self, Check, Verdict};

/// Checks the running stack from outside
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Prints for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command; the exit code is 1 when a check fails.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let resolved = session.resolve(&[])?;
    let connected = session.connect().await?;
    let observed = connected.observe_for(&resolved.desired).await?;
    let mut found = Vec::new();
    found.extend(state::services(&connected, &resolved.desired, &observed).await?);
    found.extend(state::restarts(&connected, &observed).await?);
    found.extend(state::images(&resolved.desired, &observed));
    found.extend(state::volumes(&resolved.desired, &observed));
    found.extend(ports::answer(&resolved.desired, &observed, &connected.endpoint).await);
    found.extend(names::resolve(&connected, &resolved.desired, &observed).await);
    let is_well = !found.iter().any(|check| matches!(check.verdict, Verdict::Failed { .. }));
    let stdout = session.output.stdout();
    let text = if args.json || session.is_json() {
        serde_json::to_string_pretty(&found).unwrap_or_default()
    } else {
        checks::text(&found, stdout.color())
    };
    session.output.answer(&text);
    Ok(if is_well { Exit::Ok } else { Exit::Failed })
}

fn passed(subject: impl Into<String>, what: impl Into<String>) -> Check {
    Check { subject: subject.into(), found: what.into(), verdict: Verdict::Ok }
}

fn failed(subject: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) -> Check {
    let verdict = Verdict::Failed { fix: Some(fix.into()) };
    Check { subject: subject.into(), found: what.into(), verdict }
}

fn skipped(subject: impl Into<String>, why: impl Into<String>) -> Check {
    let verdict = Verdict::Skipped { why: why.into() };
    Check { subject: subject.into(), found: "not checked".to_owned(), verdict }
}
