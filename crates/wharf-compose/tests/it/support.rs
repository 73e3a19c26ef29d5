//! What the tests share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wharf_compose::model::Project;
use wharf_compose::{LoadOptions, Loaded, MemoryFiles, RealFiles, load};

/// A folder below `testing/` of the repository.
pub(crate) fn testing(folder: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testing").join(folder);
    root.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", root.display()))
}

/// Whether expected outputs are to be rewritten.
pub(crate) fn is_update() -> bool {
    std::env::var_os("WHARF_UPDATE").is_some_and(|value| value == "1")
}

/// Compares a text with a file, or rewrites the file.
pub(crate) fn check_golden(path: &Path, actual: &str) -> Result<(), String> {
    if is_update() {
        fs_err::write(path, actual).map_err(|error| error.to_string())?;
        return Ok(());
    }
    let expected = fs_err::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!(
        "{} differs (WHARF_UPDATE=1 rewrites it)\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    ))
}

/// The options of a run in `directory` with nothing else said.
pub(crate) fn options(directory: impl Into<PathBuf>) -> LoadOptions {
    let home = BTreeMap::from([("HOME".to_owned(), "/home/ada".to_owned())]);
    LoadOptions { current_directory: directory.into(), variables: home, ..LoadOptions::default() }
}

/// Loads a project whose only file is `/app/compose.yaml`.
pub(crate) fn load_text(text: &str) -> Loaded {
    load(&options("/app"), &MemoryFiles::default().with("/app/compose.yaml", text))
}

/// Loads a project that must be valid.
pub(crate) fn project(text: &str) -> Project {
    let loaded = load_text(text);
    let messages = messages(&loaded);
    loaded.project.unwrap_or_else(|| panic!("{messages:#?}"))
}

/// Codes and messages, in the order of their places.
pub(crate) fn messages(loaded: &Loaded) -> Vec<String> {
    let sorted = loaded.diagnostics.clone().into_sorted();
    sorted.iter().map(|found| format!("{}: {}", found.code, found.message)).collect()
}

/// Loads from the real file system.
pub(crate) fn load_real(options: &LoadOptions) -> Loaded {
    load(options, &RealFiles)
}
