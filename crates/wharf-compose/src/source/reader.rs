//! Reads files and remembers their text for messages.

use crate::Files;
use std::io;
use std::path::Path;
use wharf_diag::{Diagnostics, FileId, SourceMap};

/// The files, what was read of them, and what was found wrong.
pub(crate) struct Reader<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) current_directory: &'a Path,
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Diagnostics,
}

impl Reader<'_> {
    /// Reads a file and keeps its text for messages; `-` is standard input.
    ///
    /// # Errors
    /// What the file system says, shortened to the reason.
    pub(crate) fn read(&mut self, path: &Path) -> Result<(FileId, String), String> {
        let text = self.read_unregistered(path)?;
        let id = self.sources.add(self.shown(path), text.as_str());
        Ok((id, text))
    }

    /// Reads a file whose text must not be shown.
    pub(crate) fn read_unregistered(&self, path: &Path) -> Result<String, String> {
        let is_stdin = path == Path::new("-");
        if !is_stdin && self.files.is_dir(path) {
            return Err("it is a folder".into());
        }
        let read = if is_stdin { self.files.read_stdin() } else { self.files.read(path) };
        let mut text = read.map_err(|error| reason(&error))?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Ok(text)
    }

    /// The path as the user would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        if path == Path::new("-") {
            return "<stdin>".into();
        }
        let relative = path.strip_prefix(self.current_directory).unwrap_or(path);
        relative.display().to_string()
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "this user may not read it".into(),
        io::ErrorKind::InvalidData => "its content is not UTF-8 text".into(),
        _ => error.to_string(),
    }
}
