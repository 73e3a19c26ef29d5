//! `wharf shell`.

use super::exec::interact;
use crate::access::reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use std::io::IsTerminal;
use std::time::Duration;
use wharf_diag::Diagnostic;
use wharf_diag::codes::engine as codes;
use wharf_docker::Docker;
use wharf_engine::capability::{ExecSpec, Processes};

/// Opens a shell in a running container
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// User, `uid[:gid]` or names
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Number of the container when the service has several
    #[arg(long, value_name = "N")]
    index: Option<u32>,
}

/// Shells, the better ones first.
const SHELLS: [&str; 4] = ["bash", "ash", "sh", "/busybox/sh"];
/// How long trying one may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let (connected, container) = reach(session, &args.service, args.index).await?;
    let Some(shell) = find(&connected.engine, &container.id).await? else {
        return Err(none(&args.service, &container.image));
    };
    let spec = ExecSpec {
        command: vec![shell.to_owned()],
        user: args.user,
        tty: std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        stdin: true,
        ..ExecSpec::default()
    };
    interact(&connected.engine, &container.id, &spec).await
}

async fn find(engine: &Docker, container: &str) -> Result<Option<&'static str>, Failure> {
    for shell in SHELLS {
        let command = [shell, "-c", "true"].map(str::to_owned).to_vec();
        let spec = ExecSpec { command, ..ExecSpec::default() };
        match engine.run(container, &spec, LIMIT).await {
            Ok(output) if output.code == 0 => return Ok(Some(shell)),
            // Not there: engines say so by an exit code or by an error.
            Ok(_) => {}
            Err(error) if error.kind == wharf_engine::ErrorKind::Refused => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn none(service: &str, image: &str) -> Failure {
    let diagnostic = Diagnostic::error(
        codes::NO_CONTAINER,
        format!("the image of service `{service}` has no shell"),
    )
    .note(format!("`{image}` has none of {}", SHELLS.join(", ")))
    .note("images made from `scratch` have only what was copied into them")
    .help(format!("run a program that it has with `wharf exec {service} PROGRAM`, or look at it with `wharf logs {service}`"));
    Failure::of(diagnostic, Exit::Failed)
}
