//! `wharf completion`.

use crate::cli::Cli;
use crate::exit::Exit;
use crate::session::Session;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints a completion script for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(session: &Session<'_>, args: &Args) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "wharf", &mut script);
    session.output.answer(&String::from_utf8_lossy(&script));
    Exit::Ok
}
