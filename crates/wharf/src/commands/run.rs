//! `wharf run`.

use super::exec::variables;
use super::up::converge;
use crate::apply::Run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Connected, Resolved, Session, usage};
use crate::signals;
use crate::terminal::{self, Streams};
use std::io::IsTerminal;
use tokio_util::sync::CancellationToken;
use wharf_diag::Diagnostic;
use wharf_diag::codes::plan as codes;
use wharf_engine::capability::{Containers, Processes};
use wharf_plan::{
    Dependencies, ImageOptions, OneOff, Proposal, UpOptions, one_off, plan_images, remove_one_off,
};

/// Runs a command in a new container of a service
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// Command and its arguments; without one, the service's own
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
    /// Removes the container when the command has ended
    #[arg(long)]
    rm: bool,
    /// Allocates no terminal
    #[arg(short = 'T', long)]
    no_tty: bool,
    /// Starts nothing that the service depends on
    #[arg(long)]
    no_deps: bool,
    /// Publishes the service's ports
    #[arg(long)]
    service_ports: bool,
    /// Name of the container
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Replaces the entry point
    #[arg(long, value_name = "COMMAND")]
    entrypoint: Option<String>,
    /// User, `uid[:gid]` or names
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Folder to start in
    #[arg(short, long, value_name = "DIR")]
    workdir: Option<String>,
    /// Sets a variable, NAME=VALUE, or passes on wharf's own with NAME
    #[arg(short, long = "env-var", visible_alias = "environment", value_name = "NAME=VALUE")]
    env: Vec<String>,
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let resolved = session.resolve(std::slice::from_ref(&args.service))?;
    let connected = session.connect().await?;
    let wish = wish(session, &args)?;
    let lock = session.lock(&resolved.desired.project, &connected.endpoint).await?;
    let run = Run {
        session,
        connected: &connected,
        verb: "run",
        wait_timeout: None,
        cancel: signals::listen(session.output),
    };
    let name = prepare(&run, &resolved, &args, &wish).await?;
    drop(lock);
    let ended = tokio::select! {
        ended = attached(&connected, &name, &wish) => ended,
        () = run.cancel.cancelled() => Ok(Exit::Interrupted),
    };
    if args.rm {
        // Its own token: Ctrl-C ended the command, and the container is to go all the same.
        let tidy = Run { cancel: CancellationToken::new(), ..run };
        if let Err(failure) = remove(&tidy, &resolved.desired.project, &name).await {
            failure.print(session.output, session.settings.format);
        }
    } else if matches!(ended, Ok(Exit::Interrupted)) {
        session.output.tell(&format!("container `{name}` goes on; `docker stop {name}` ends it"));
    }
    ended
}

/// Stops the container, if it still runs, and removes it.
async fn remove(run: &Run<'_>, project: &str, name: &str) -> Result<(), Failure> {
    let there = run.connected.engine.state(name).await?;
    let removal = remove_one_off(project, &there.id, name, there.state.is_running());
    run.finish(&removal).await.map(|_| ())
}

/// Dependencies up, container made; gives its name.
async fn prepare(
    run: &Run<'_>,
    resolved: &Resolved,
    args: &Args,
    wish: &OneOff,
) -> Result<String, Failure> {
    let (session, desired) = (run.session, &resolved.desired);
    let needed: Vec<String> = desired
        .select(std::slice::from_ref(&args.service), Dependencies::Included)
        .into_iter()
        .filter(|name| *name != args.service)
        .collect();
    images(run, resolved, args).await?;
    if !args.no_deps && !needed.is_empty() {
        let options = UpOptions { services: needed, ..UpOptions::default() };
        converge(run, resolved, &options, None).await?;
    }
    let observed = run.connected.observe_for(desired).await?;
    let (Proposal { plan, warnings }, name) = one_off(desired, &observed, wish)
        .map_err(|problems| Failure::invalid(problems, resolved.sources.clone()))?;
    session.tell(&warnings, &resolved.sources);
    run.finish(&plan).await?;
    Ok(name)
}

async fn images(run: &Run<'_>, resolved: &Resolved, args: &Args) -> Result<(), Failure> {
    let observed = run.connected.observe_for(&resolved.desired).await?;
    let selection = [args.service.clone()].into();
    let options = ImageOptions::default();
    let images = plan_images(&resolved.desired, &observed, &selection, options);
    if !images.is_unchanged() {
        run.finish(&images).await?;
    }
    Ok(())
}

/// Starts the container with this process's streams connected and gives its exit code.
async fn attached(connected: &Connected, container: &str, wish: &OneOff) -> Result<Exit, Failure> {
    let engine = &*connected.engine;
    let opened = engine.attach(container, wish.stdin).await?;
    engine.start(container).await?;
    let streams = Streams { tty: wish.tty, stdin: wish.stdin };
    let (resizing, id) = (engine.clone(), container.to_owned());
    let resize = move |size| {
        let (engine, id) = (resizing.clone(), id.clone());
        async move { engine.resize(&id, size).await }
    };
    terminal::lend(opened, streams, resize).await?;
    Ok(Exit::child(engine.wait(container).await?))
}

/// Twelve hexadecimal digits that no other run has: from the system's random numbers.
fn slug() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("{:012x}", random & 0xffff_ffff_ffff)
}

fn wish(session: &Session<'_>, args: &Args) -> Result<OneOff, Failure> {
    let entrypoint = match &args.entrypoint {
        None => None,
        Some(text) => Some(shell_words::split(text).map_err(|why| {
            usage(Diagnostic::error(codes::USAGE, format!("`--entrypoint {text}`: {why}")))
        })?),
    };
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    Ok(OneOff {
        service: args.service.clone(),
        slug: slug(),
        name: args.name.clone(),
        command: (!args.command.is_empty()).then(|| args.command.clone()),
        entrypoint,
        env: variables(&args.env, &session.settings.load.variables),
        user: args.user.clone(),
        working_dir: args.workdir.clone(),
        publishes_ports: args.service_ports,
        tty: is_terminal && !args.no_tty,
        stdin: true,
    })
}
