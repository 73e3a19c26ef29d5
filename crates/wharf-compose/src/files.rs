//! The only window to the world: reading files.

use std::collections::BTreeMap;
use std::io;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What the reader may ask of a file system.
pub trait Files {
    /// Reads a whole file as text.
    ///
    /// # Errors
    /// Whatever the file system says; text that is not UTF-8 is `InvalidData`.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// Whether the path names a file.
    fn is_file(&self, path: &Path) -> bool;

    /// Whether the path names a folder.
    fn is_dir(&self, path: &Path) -> bool;

    /// Reads standard input to its end, for `-f -`.
    ///
    /// # Errors
    /// Whatever the system says.
    fn read_stdin(&self) -> io::Result<String>;
}

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFiles;

impl Files for RealFiles {
    fn read(&self, path: &Path) -> io::Result<String> {
        fs_err::read_to_string(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn read_stdin(&self) -> io::Result<String> {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Files that exist in memory only, for tests and for projects that were never written down.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, String>,
    stdin: String,
}

impl MemoryFiles {
    /// Adds or replaces a file; its folders exist as long as it does.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// Sets what standard input holds.
    #[must_use]
    pub fn with_stdin(mut self, text: impl Into<String>) -> Self {
        self.stdin = text.into();
        self
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<String> {
        self.files.get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file != path && file.starts_with(path))
    }

    fn read_stdin(&self) -> io::Result<String> {
        Ok(self.stdin.clone())
    }
}
