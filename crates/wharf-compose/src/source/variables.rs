//! The environment that compose files are filled in from.

use super::{Assignment, Reader, parse_dotenv};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wharf_diag::{Diagnostic, FileId, Span, codes};

/// Variables, by source: what is derived, then the process, then files.
#[derive(Debug, Clone)]
pub(crate) struct Variables<'a> {
    process: &'a BTreeMap<String, String>,
    derived: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    /// Absolute paths of the files that were read, in order.
    pub(crate) paths: Vec<PathBuf>,
}

impl<'a> Variables<'a> {
    /// The variables of the process alone.
    pub(crate) fn of_process(process: &'a BTreeMap<String, String>) -> Self {
        Self { process, derived: BTreeMap::new(), files: BTreeMap::new(), paths: Vec::new() }
    }

    /// The value of a variable; what wharf decided wins over the process, that over files, and
    /// later files win over earlier ones.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.derived.get(name).or_else(|| self.process.get(name));
        value.or_else(|| self.files.get(name)).map(String::as_str)
    }

    /// Sets what wharf itself knows, for example the project's name.
    pub(crate) fn derive(&mut self, name: &str, value: &str) {
        self.derived.insert(name.to_owned(), value.to_owned());
    }

    /// All variables with the values that count.
    pub(crate) fn into_environment(self) -> Environment {
        let mut all = self.files;
        all.extend(self.process.iter().map(|(name, value)| (name.clone(), value.clone())));
        all.extend(self.derived);
        Environment(all)
    }

    fn add_file(&mut self, path: PathBuf, assignments: Vec<Assignment>) {
        for assignment in assignments {
            if let Some(value) = assignment.value {
                self.files.insert(assignment.name, value);
            }
        }
        self.paths.push(path);
    }
}

/// Every variable that the compose files could use: those of the process, then those of the
/// environment files. The values of secrets and configs with `environment:` are among them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Finds the value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Names only: values may be secrets.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Reads the environment files.
///
/// Those named by `--env-file`, or else by COMPOSE_ENV_FILES, replace the defaults: `.env` and `.env.<environment>` of the
/// project's folder, where the second one wins.
pub(crate) fn read_variables<'a>(
    process: &'a BTreeMap<String, String>,
    named: &[PathBuf],
    environment: &str,
    directory: &Path,
    reader: &mut Reader<'_>,
) -> Variables<'a> {
    let mut variables = Variables::of_process(process);
    let listed = process.get("COMPOSE_ENV_FILES").map_or("", String::as_str);
    let listed: Vec<PathBuf> =
        listed.split(',').filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    let named = if named.is_empty() { listed.as_slice() } else { named };
    if !named.is_empty() {
        for path in named {
            let path = super::absolute(reader.current_directory, path);
            read_into(&mut variables, path, Absence::IsError, reader);
        }
        return variables;
    }
    if variables.get("COMPOSE_DISABLE_ENV_FILE").is_some_and(|value| matches!(value, "1" | "true"))
    {
        return variables;
    }
    for name in [".env".to_owned(), format!(".env.{environment}")] {
        read_into(&mut variables, directory.join(name), Absence::IsFine, reader);
    }
    variables
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Absence {
    IsFine,
    IsError,
}

fn read_into(
    variables: &mut Variables<'_>,
    path: PathBuf,
    absence: Absence,
    reader: &mut Reader<'_>,
) {
    if absence == Absence::IsFine && !reader.files.is_file(&path) {
        return;
    }
    match reader.read_unregistered(&path) {
        Ok(text) => {
            let shown = reader.shown(&path);
            let lookup = |name: &str| variables.get(name).map(str::to_owned);
            let parsed =
                parse_dotenv(shown, &text, &lookup, &mut reader.sources, &mut reader.diagnostics);
            variables.add_file(path, parsed);
        }
        Err(reason) => reader.diagnostics.push(
            Diagnostic::error(
                codes::environment::FILE,
                format!("cannot read the environment file `{}`", reader.shown(&path)),
            )
            .note(reason)
            .help("correct the path behind `--env-file`, or create the file"),
        ),
    }
}

/// The committed `.env.example`: names of variables and where they are written.
#[derive(Debug, Default)]
pub(crate) struct Example {
    names: BTreeMap<String, Span>,
}

impl Example {
    /// Where the example names a variable.
    pub(crate) fn find(&self, name: &str) -> Option<Span> {
        self.names.get(name).copied()
    }
}

/// Reads `.env.example` of the project's folder, if there is one.
///
/// Only the names count. It is committed, so its text may be shown.
pub(crate) fn read_example(directory: &Path, reader: &mut Reader<'_>) -> Example {
    let path = directory.join(".env.example");
    if !reader.files.is_file(&path) {
        return Example::default();
    }
    match reader.read(&path) {
        Ok((file, text)) => Example { names: example_names(file, &text) },
        Err(_) => Example::default(),
    }
}

fn example_names(file: FileId, text: &str) -> BTreeMap<String, Span> {
    let mut names = BTreeMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let name_text = trimmed.strip_prefix("export ").map_or(trimmed, str::trim_start);
        let name = crate::interpolate::leading_name(name_text);
        if !name.is_empty() {
            let at = start + line.len() - name_text.len();
            names.insert(name.to_owned(), Span::new(file, at, at + name.len()));
        }
        start += line.len();
    }
    names
}
