//! Reference service: users and posts over PostgreSQL, cached in Redis.
//!
//! One binary, three jobs: `serve`, `migrate` and `health`. A request passes `http` (request id, log line,
//! limits, problem details), then a resource (`users`, `posts`), which reads through `cache` and writes to `db`.

mod app;
mod arguments;
mod cache;
mod config;
mod db;
mod health;
mod http;
mod migrate;
mod posts;
mod probe;
mod serve;
mod shutdown;
mod telemetry;
mod users;
mod validation;

use std::io::Write;
use std::process::ExitCode;

use arguments::Command;
use config::Config;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FAILURE: u8 = 1;
const USAGE_ERROR: u8 = 2;
const CONFIGURATION_ERROR: u8 = 3;

fn main() -> ExitCode {
    let command = match arguments::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(message) => {
            complain(&format!("error: {message}\n\n{}", arguments::USAGE));
            return ExitCode::from(USAGE_ERROR);
        }
    };
    match command {
        Command::Help => say(arguments::USAGE),
        Command::Version => say(&format!("api {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Health => ask_health(),
        Command::Serve | Command::Migrate => run(command),
    }
}

fn run(command: Command) -> ExitCode {
    let config = match Config::from_environment(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(problems) => {
            complain(&format!("error: {problems}"));
            return ExitCode::from(CONFIGURATION_ERROR);
        }
    };
    telemetry::start(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail("the runtime could not start", &error),
    };
    let outcome = match command {
        Command::Migrate => match runtime.block_on(migrate::run(&config)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail("migrations were not applied", &error),
        },
        _ => match runtime.block_on(serve::run(config)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail("the service could not run", &error),
        },
    };
    // A blocking task (a name lookup) must not hold the exit past the deadline the requests already had.
    runtime.shutdown_background();
    outcome
}

fn ask_health() -> ExitCode {
    match config::port_from_environment(|name| std::env::var(name).ok()).and_then(probe::ask) {
        Ok(line) => say(&format!("{line}\n")),
        Err(line) => {
            say(&format!("{line}\n"));
            ExitCode::from(FAILURE)
        }
    }
}

fn fail(message: &'static str, error: &dyn std::error::Error) -> ExitCode {
    tracing::error!(error = %telemetry::chain(error), "{message}");
    ExitCode::from(FAILURE)
}

/// Writes an answer. A reader that went away is not an error of ours.
fn say(text: &str) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn complain(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
