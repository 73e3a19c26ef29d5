//! The binary: arguments, settings, one file per command.

mod access;
mod apply;
mod cli;
mod commands;
mod exit;
mod failure;
mod lock;
mod session;
mod settings;
mod signals;
mod terminal;
mod values;

use clap::Parser;
use cli::Cli;
use exit::Exit;
use settings::Settings;
use std::process::ExitCode;
use wharf_term::{Color, Output};

fn main() -> ExitCode {
    let variables = settings::process_variables();
    let cli = Cli::parse();
    let settings = match Settings::resolve(&cli.global, variables) {
        Ok(settings) => settings,
        Err(message) => return usage(&message),
    };
    let output = settings.output();
    // Two workers: one for requests, one so that progress is drawn while the other is busy.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            output.tell(&format!("error: cannot start the runtime: {error}"));
            return Exit::Bug.into();
        }
    };
    let exit = runtime.block_on(run(cli, settings, &output));
    // A blocked read of standard input must not hold the process back.
    runtime.shutdown_background();
    exit.into()
}

async fn run(cli: Cli, settings: Settings, output: &Output) -> Exit {
    let format = settings.format;
    match commands::run(cli.command, settings, output).await {
        Ok(exit) => exit,
        Err(failure) => {
            failure.print(output, format);
            failure.exit
        }
    }
}

fn usage(message: &str) -> ExitCode {
    Output::new(Color::Never, Color::Never).tell(&format!("error: {message}"));
    Exit::Usage.into()
}
