//! One file per command. The doc comment of a command's arguments is its help.

mod build;
mod completion;
mod config;
mod down;
mod exec;
mod explain;
mod lifecycle;
mod logs;
mod plan;
mod ps;
mod run;
mod shell;
mod up;
mod verify;
mod version;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::settings::Settings;
use clap::Subcommand;
use wharf_term::Output;

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Creates and starts everything, and waits until it is healthy
    Up(up::Args),
    /// Removes containers and networks; data stays unless `--volumes` is said
    Down(down::Args),
    /// Shows what `up` would do
    Plan(plan::Args),
    /// Lists the project's containers
    Ps(ps::Args),
    /// Shows logs, merged in the order of time
    Logs(logs::Args),
    /// Checks the running stack from outside
    Verify(verify::Args),
    /// Runs a command in a running container
    Exec(exec::Args),
    /// Opens a shell in a running container
    Shell(shell::Args),
    /// Runs a command in a new container of a service
    Run(run::Args),
    /// Builds images
    Build(build::Args),
    /// Stops containers
    Stop(lifecycle::StopArgs),
    /// Starts containers that are there
    Start(lifecycle::StartArgs),
    /// Restarts containers
    Restart(lifecycle::RestartArgs),
    /// Sends a signal to containers
    Kill(lifecycle::KillArgs),
    /// Prints the project as wharf understands it
    Config(config::Args),
    /// Explains an error code
    Explain(explain::Args),
    /// Prints versions
    Version(version::Args),
    /// Prints a completion script for a shell
    Completion(completion::Args),
}

/// Runs a command.
pub(crate) async fn run(
    command: Command,
    settings: Settings,
    output: &Output,
) -> Result<Exit, Failure> {
    let session = Session::new(settings, output);
    match command {
        Command::Up(args) => Box::pin(up::run(&session, args)).await,
        Command::Down(args) => Box::pin(down::run(&session, args)).await,
        Command::Plan(args) => plan::run(&session, args).await,
        Command::Ps(args) => ps::run(&session, args).await,
        Command::Logs(args) => Box::pin(logs::run(&session, args)).await,
        Command::Verify(args) => Box::pin(verify::run(&session, args)).await,
        Command::Exec(args) => exec::run(&session, args).await,
        Command::Shell(args) => shell::run(&session, args).await,
        Command::Run(args) => Box::pin(run::run(&session, args)).await,
        Command::Build(args) => Box::pin(build::run(&session, args)).await,
        Command::Stop(args) => lifecycle::stop(&session, args).await,
        Command::Start(args) => lifecycle::start(&session, args).await,
        Command::Restart(args) => lifecycle::restart(&session, args).await,
        Command::Kill(args) => lifecycle::kill(&session, args).await,
        Command::Config(args) => config::run(&session, &args),
        Command::Explain(args) => explain::run(&session, &args),
        Command::Version(args) => version::run(&session, args).await,
        Command::Completion(args) => Ok(completion::run(&session, &args)),
    }
}
