//! Which compose files make up the project, and where it lives.

use super::{Reader, Variables};
use crate::LoadOptions;
use std::path::{Component, Path, PathBuf};
use wharf_diag::{Diagnostic, codes};

/// Names looked for, in this order (Compose Specification, the Compose file).
const NAMES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Names merged over the first file when it was found and not named.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The compose files and the folder of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    /// Absolute, in the order of merging; `-` is standard input.
    pub(crate) files: Vec<PathBuf>,
    /// Absolute folder that relative paths start from.
    pub(crate) directory: PathBuf,
}

/// Finds the compose files: `-f`, then COMPOSE_FILE, then the default names in the current
/// folder and those above it.
///
/// `None` when there is none, which is reported.
pub(crate) fn locate(
    options: &LoadOptions,
    environment: &str,
    variables: &Variables<'_>,
    reader: &mut Reader<'_>,
) -> Option<Located> {
    let current = &options.current_directory;
    let named =
        if options.files.is_empty() { from_variable(variables) } else { options.files.clone() };
    let files: Vec<PathBuf> = if named.is_empty() {
        discover(current, environment, reader)?
    } else {
        named.iter().map(|file| absolute_or_stdin(current, file)).collect()
    };
    let directory = match &options.project_directory {
        Some(directory) => absolute(current, directory),
        None => directory_of(current, files.first()?),
    };
    Some(Located { files, directory })
}

fn absolute_or_stdin(current: &Path, file: &Path) -> PathBuf {
    if file == Path::new("-") { file.to_owned() } else { absolute(current, file) }
}

fn directory_of(current: &Path, first: &Path) -> PathBuf {
    match first.parent() {
        Some(parent) if first.is_absolute() => parent.to_owned(),
        _ => current.to_owned(),
    }
}

fn from_variable(variables: &Variables<'_>) -> Vec<PathBuf> {
    let separator = variables.get("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty());
    let Some(list) = variables.get("COMPOSE_FILE") else { return Vec::new() };
    let pieces = list.split(separator.unwrap_or(":"));
    pieces.filter(|piece| !piece.is_empty()).map(PathBuf::from).collect()
}

fn discover(start: &Path, environment: &str, reader: &mut Reader<'_>) -> Option<Vec<PathBuf>> {
    for folder in start.ancestors() {
        let mut found = NAMES.iter().map(|name| folder.join(name));
        let Some(first) = found.by_ref().find(|path| reader.files.is_file(path)) else { continue };
        let others: Vec<_> = found.filter(|path| reader.files.is_file(path)).collect();
        if !others.is_empty() {
            warn_of_others(&first, &others, reader);
        }
        let mut files = vec![first];
        let layers =
            OVERRIDES.iter().map(|name| folder.join(name)).find(|path| reader.files.is_file(path));
        files.extend(layers);
        let endings =
            ["yaml", "yml"].map(|ending| folder.join(format!("compose.{environment}.{ending}")));
        files.extend(endings.into_iter().find(|path| reader.files.is_file(path)));
        // An environment called `override` must not merge one file twice.
        files.dedup();
        return Some(files);
    }
    reader.diagnostics.push(
        Diagnostic::error(
            codes::compose::NO_FILE,
            format!("no compose file in `{}` or in a folder above it", start.display()),
        )
        .note(format!("looked for {}", NAMES.map(|name| format!("`{name}`")).join(", ")))
        .help("change into the project's folder, or name the file: `wharf -f path/to/compose.yaml up`"),
    );
    None
}

fn warn_of_others(first: &Path, others: &[PathBuf], reader: &mut Reader<'_>) {
    let names: Vec<_> = others.iter().map(|path| format!("`{}`", reader.shown(path))).collect();
    let first = reader.shown(first);
    reader.diagnostics.push(
        Diagnostic::warning(
            codes::compose::SEVERAL_FILES,
            format!("several compose files; `{first}` is read, {} not", names.join(" and ")),
        )
        .help("remove the file that is out of date, or name the wanted one with `-f`"),
    );
}

/// Makes a path absolute and clean.
pub(crate) fn absolute(base: &Path, path: &Path) -> PathBuf {
    clean(&base.join(path))
}

/// Removes `.` and resolves `..` by the text alone, as Go's `filepath.Clean`.
pub(crate) fn clean(path: &Path) -> PathBuf {
    let mut output = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                output.pop();
            }
            other => output.push(other),
        }
    }
    output
}
