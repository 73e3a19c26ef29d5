//! The command line.

use crate::commands::Command;
use clap::{Args, Parser, ValueEnum};
use std::path::PathBuf;

/// One compose file from a laptop to production.
#[derive(Debug, Parser)]
#[command(name = "wharf", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 invalid files, 4 changes (plan --exit-code),\n10 no engine, 11 locked, 70 bug, 130 interrupted.\n`wharf explain CODE` explains every error code."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A year: longer waits are mistakes, and no sum of times overflows.
pub(crate) const MOST_SECONDS: u64 = 31_536_000;

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    /// Compose file, before the command; may be given several times, later ones are merged over
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Name of the project
    #[arg(short = 'p', long = "project-name", value_name = "NAME", global = true)]
    pub(crate) project_name: Option<String>,
    /// Folder that relative paths start from (default: the folder of the first compose file)
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) project_directory: Option<PathBuf>,
    /// Activates the services of a profile; may be given several times, `*` is all
    #[arg(long = "profile", value_name = "NAME", global = true)]
    pub(crate) profiles: Vec<String>,
    /// Picks `.env.NAME` and `compose.NAME.yaml` (default: development, or WHARF_ENV)
    #[arg(short = 'E', long = "env", value_name = "NAME", global = true)]
    pub(crate) environment: Option<String>,
    /// File with variables, in place of `.env` and `.env.NAME`; may be given several times
    #[arg(long = "env-file", value_name = "FILE", global = true)]
    pub(crate) env_files: Vec<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    pub(crate) color: When,
    /// How to show progress
    #[arg(long, value_name = "FORM", value_enum, global = true)]
    pub(crate) progress: Option<Progress>,
    /// Form of answers and diagnostics
    #[arg(long, value_name = "FORM", value_enum, global = true)]
    pub(crate) format: Option<FormatArg>,
    /// Shows no progress
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// How many requests that change something run at once
    #[arg(long, value_name = "N", global = true)]
    pub(crate) parallel: Option<usize>,
    /// How long to wait for another run on the same project, in seconds
    #[arg(long, value_name = "SECONDS", global = true, value_parser = clap::value_parser!(u64).range(..=MOST_SECONDS))]
    pub(crate) lock_timeout: Option<u64>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Progress {
    /// As the terminal allows.
    Auto,
    /// A frame that is redrawn.
    Tty,
    /// One line per change.
    Plain,
    /// One JSON object per line.
    Json,
    /// Nothing.
    Quiet,
}

/// Form of answers and diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// For people.
    Text,
    /// The same, by the name that `docker compose config` has for it.
    Yaml,
    /// For programs.
    Json,
}
