//! Arguments and environment, resolved once. Flags win over `WHARF_*`, which win over
//! `COMPOSE_*` where both exist.

use crate::cli::{FormatArg, GlobalArgs, Progress, When};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;
use wharf_compose::LoadOptions;
use wharf_term::Output;
use wharf_term::{ColorChoice, Surroundings};

/// Everything that the command line and the environment say, apart from the command's own flags.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// What to load.
    pub(crate) load: LoadOptions,
    /// Colour choice.
    pub(crate) color: ColorChoice,
    /// Form of progress; `Auto` is resolved.
    pub(crate) progress: Progress,
    /// Form of answers and diagnostics.
    pub(crate) format: Format,
    /// How many requests that change something run at once.
    pub(crate) parallel: usize,
    /// How long to wait for another run.
    pub(crate) lock_timeout: Duration,
}

/// Form of answers and diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How many requests run at once when nothing is said; see `ApplyOptions::parallel`.
const PARALLEL: usize = 8;
/// How long to wait for another run when nothing is said.
const LOCK_TIMEOUT: Duration = Duration::from_secs(600);

/// The environment of the process; read here and nowhere else.
pub(crate) fn process_variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

impl Settings {
    /// Resolves flags and environment.
    ///
    /// # Errors
    /// A message for the user, when a variable has a value that makes no sense.
    pub(crate) fn resolve(
        global: &GlobalArgs,
        variables: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let current_directory = std::env::current_dir()
            .map_err(|error| format!("cannot find out the current folder: {error}"))?;
        let variable = |name: &str| variables.get(name).filter(|value| !value.is_empty()).cloned();
        let stderr = Surroundings::read(variable, std::io::stderr().is_terminal());
        let progress = progress(global, stderr, variable("WHARF_PROGRESS"))?;
        let parallel = match (global.parallel, variable("COMPOSE_PARALLEL_LIMIT")) {
            (Some(parallel), _) => parallel,
            (None, Some(limit)) => parallel_limit(&limit)?,
            (None, None) => PARALLEL,
        };
        Ok(Self {
            load: LoadOptions {
                current_directory,
                files: global.files.clone(),
                project_name: global.project_name.clone(),
                project_directory: global.project_directory.clone(),
                profiles: global.profiles.clone(),
                env_files: global.env_files.clone(),
                environment: global.environment.clone().or_else(|| variable("WHARF_ENV")),
                variables: variables.clone(),
                services: Vec::new(),
            },
            color: match global.color {
                When::Auto => ColorChoice::Auto,
                When::Always => ColorChoice::Always,
                When::Never => ColorChoice::Never,
            },
            progress,
            format: match global.format {
                Some(FormatArg::Json) => Format::Json,
                Some(FormatArg::Text | FormatArg::Yaml) | None => Format::Text,
            },
            parallel,
            lock_timeout: global.lock_timeout.map_or(LOCK_TIMEOUT, Duration::from_secs),
        })
    }

    /// The two streams with their colours.
    pub(crate) fn output(&self) -> Output {
        let lookup = |name: &str| self.load.variables.get(name).cloned();
        let of = |is_terminal| self.color.resolve(Surroundings::read(lookup, is_terminal));
        Output::new(of(std::io::stdout().is_terminal()), of(std::io::stderr().is_terminal()))
    }

    /// Where runtime files such as locks go.
    pub(crate) fn runtime_directory(&self) -> PathBuf {
        let variables = &self.load.variables;
        match variables.get("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()) {
            Some(directory) => PathBuf::from(directory).join("wharf"),
            None => std::env::temp_dir().join("wharf-locks"),
        }
    }
}

fn progress(
    global: &GlobalArgs,
    stderr: Surroundings,
    variable: Option<String>,
) -> Result<Progress, String> {
    if global.quiet {
        return Ok(Progress::Quiet);
    }
    let named = match (global.progress, variable) {
        (Some(progress), _) => progress,
        (None, Some(name)) => {
            <Progress as clap::ValueEnum>::from_str(&name, true).map_err(|_| {
                format!("WHARF_PROGRESS is `{name}`; it may be auto, tty, plain, json or quiet")
            })?
        }
        (None, None) => Progress::Auto,
    };
    Ok(match named {
        Progress::Auto if stderr.redraws() => Progress::Tty,
        Progress::Auto => Progress::Plain,
        other => other,
    })
}

/// Docker Compose's variable: -1, its word for no limit, leaves wharf's own.
fn parallel_limit(text: &str) -> Result<usize, String> {
    match text.parse::<i64>() {
        Ok(limit) if limit < 0 => Ok(PARALLEL),
        Ok(limit) if limit > 0 => Ok(usize::try_from(limit).unwrap_or(PARALLEL)),
        _ => Err(format!(
            "COMPOSE_PARALLEL_LIMIT is `{text}`; it must be a number, -1 or more than 0"
        )),
    }
}
