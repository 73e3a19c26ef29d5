//! `wharf exec`.

use crate::access::reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::{self, Streams};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;
use wharf_docker::Docker;
use wharf_engine::capability::{ExecSpec, Processes};
use wharf_plan::Secret;

/// Runs a command in a running container
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// Command and its arguments
    #[arg(
        value_name = "COMMAND",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<String>,
    /// Allocates no terminal
    #[arg(short = 'T', long)]
    no_tty: bool,
    /// User, `uid[:gid]` or names
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Folder to start in
    #[arg(short, long, value_name = "DIR")]
    workdir: Option<String>,
    /// Sets a variable, NAME=VALUE, or passes on wharf's own with NAME
    #[arg(short, long = "env-var", visible_alias = "environment", value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Number of the container when the service has several
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// With all capabilities
    #[arg(long)]
    privileged: bool,
}

/// How long the code of a command is asked for after its output has ended.
const CODE_LIMIT: Duration = Duration::from_secs(5);

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let (connected, container) = reach(session, &args.service, args.index).await?;
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let spec = ExecSpec {
        command: args.command,
        env: variables(&args.env, &session.settings.load.variables),
        user: args.user,
        working_dir: args.workdir,
        privileged: args.privileged,
        tty: is_terminal && !args.no_tty,
        stdin: true,
    };
    interact(&connected.engine, &container.id, &spec).await
}

/// Runs a command with this process's streams and gives its exit code.
pub(super) async fn interact(
    engine: &Docker,
    container: &str,
    spec: &ExecSpec,
) -> Result<Exit, Failure> {
    let opened = engine.exec(container, spec).await?;
    let id = opened.id.clone();
    let streams = Streams { tty: spec.tty, stdin: spec.stdin };
    let (resizing, exec) = (engine.clone(), id.clone());
    let resize = move |size| {
        let (engine, exec) = (resizing.clone(), exec.clone());
        async move { engine.resize_exec(&exec, size).await }
    };
    terminal::lend(opened, streams, resize).await?;
    Ok(Exit::child(exit_code(engine, &id).await?))
}

/// The output may end a moment before the engine knows the code.
async fn exit_code(engine: &Docker, exec: &str) -> Result<i64, Failure> {
    let asked = async {
        loop {
            if let Some(code) = engine.exec_code(exec).await? {
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(CODE_LIMIT, asked).await.unwrap_or(Ok(255))
}

/// `NAME=VALUE` as it is, `NAME` from wharf's own environment.
pub(super) fn variables(
    given: &[String],
    own: &BTreeMap<String, String>,
) -> BTreeMap<String, Secret> {
    given
        .iter()
        .filter_map(|entry| match entry.split_once('=') {
            Some((name, value)) => Some((name.to_owned(), Secret::new(value))),
            None => Some((entry.clone(), Secret::new(own.get(entry)?))),
        })
        .collect()
}
