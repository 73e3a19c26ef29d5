//! The context of a build: which files are sent, as a stream of an archive.

use super::dockerignore::DockerIgnore;
use bytes::Bytes;
use fs_err as fs;
use sha2::{Digest, Sha256};
use std::fs::Metadata;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};
use tokio::sync::mpsc;

/// Size of one piece of the stream.
const PIECE: usize = 64 * 1024;
/// Pieces that may wait for the engine: enough to keep the disk busy.
const WAITING_PIECES: usize = 16;

/// What is sent.
pub(super) struct Context {
    root: PathBuf,
    /// Path of the Dockerfile inside the archive.
    pub(super) dockerfile: String,
    /// Text of a Dockerfile that is not in the folder.
    outside: Option<Vec<u8>>,
    ignore: DockerIgnore,
}

impl Context {
    /// Looks at the folder, the Dockerfile and the ignore file; reads nothing else yet.
    ///
    /// # Errors
    /// When one of them is not there or makes no sense.
    pub(super) fn open(
        root: &Path,
        dockerfile: Option<&str>,
        inline: Option<&str>,
    ) -> io::Result<Self> {
        if !there("build context", root)?.is_dir() {
            return Err(io::Error::other(format!("`{}` is not a folder", root.display())));
        }
        let wanted = root.join(dockerfile.unwrap_or("Dockerfile"));
        let (dockerfile, outside) = match inline {
            Some(text) => outside_file(text.as_bytes().to_vec()),
            None => match inside(root, &wanted) {
                Some(path) => {
                    there("Dockerfile", &wanted)?;
                    (path, None)
                }
                None => outside_file(fs::read(&wanted)?),
            },
        };
        let ignore = read_ignore(root, &wanted)?;
        Ok(Self { root: root.to_owned(), dockerfile, outside, ignore })
    }

    /// Sends the archive from a thread of its own. The second value tells how it went.
    pub(super) fn stream(
        self,
    ) -> (mpsc::Receiver<io::Result<Bytes>>, tokio::task::JoinHandle<io::Result<()>>) {
        let (sender, receiver) = mpsc::channel(WAITING_PIECES);
        let writing = tokio::task::spawn_blocking(move || {
            let outcome = self.write(Pieces(sender.clone()));
            if let Err(error) = &outcome {
                // Nobody listens any more when the request has ended.
                let _ = sender.blocking_send(Err(io::Error::new(error.kind(), error.to_string())));
            }
            outcome
        });
        (receiver, writing)
    }

    fn write(&self, pieces: Pieces) -> io::Result<()> {
        let mut archive = tar::Builder::new(BufWriter::with_capacity(PIECE, pieces));
        archive.follow_symlinks(false);
        self.write_folder(&mut archive, "")?;
        if let Some(text) = &self.outside {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_uid(0);
            header.set_gid(0);
            archive.append_data(&mut header, &self.dockerfile, text.as_slice())?;
        }
        archive.into_inner()?.flush()
    }

    /// Entries in the order of their names, so that the same files make the same archive.
    fn write_folder<W: Write>(
        &self,
        archive: &mut tar::Builder<W>,
        folder: &str,
    ) -> io::Result<()> {
        let mut entries: Vec<_> =
            fs::read_dir(self.root.join(folder))?.collect::<io::Result<_>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let path = entry.path();
                return Err(io::Error::other(format!(
                    "the name of `{}` is not UTF-8",
                    path.display()
                )));
            };
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let metadata = entry.metadata()?;
            let is_sent = self.is_sent(&path);
            if is_sent {
                self.write_entry(archive, &path, &metadata)?;
            }
            if metadata.is_dir() && (is_sent || self.ignore.has_exceptions()) {
                self.write_folder(archive, &path)?;
            }
        }
        Ok(())
    }

    /// The builder needs these two files whatever the patterns say.
    fn is_sent(&self, path: &str) -> bool {
        path == self.dockerfile || path == ".dockerignore" || !self.ignore.is_ignored(path)
    }

    /// Files belong to root in the context, as the docker command has it; sockets and devices
    /// stay at home.
    fn write_entry<W: Write>(
        &self,
        archive: &mut tar::Builder<W>,
        path: &str,
        metadata: &Metadata,
    ) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_mode(metadata.permissions().mode() & 0o7777);
        header.set_mtime(u64::try_from(metadata.mtime()).unwrap_or(0));
        header.set_uid(0);
        header.set_gid(0);
        let full = self.root.join(path);
        if metadata.is_symlink() {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            return archive.append_link(&mut header, path, fs::read_link(full)?);
        }
        if metadata.is_dir() {
            header.set_entry_type(tar::EntryType::Directory);
            header.set_size(0);
            return archive.append_data(&mut header, format!("{path}/"), io::empty());
        }
        if metadata.is_file() {
            let file = fs::File::open(full)?;
            header.set_size(metadata.len());
            // A file that grows or shrinks meanwhile must not break the archive.
            let exact = io::Read::take(io::Read::chain(file, io::repeat(0)), metadata.len());
            return archive.append_data(&mut header, path, exact);
        }
        Ok(())
    }
}

/// What is at a path; that nothing is there is said in the user's words.
fn there(what: &str, path: &Path) -> io::Result<Metadata> {
    fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let message = format!("there is no {what} at `{}`", path.display());
            io::Error::new(io::ErrorKind::NotFound, message)
        }
        _ => error,
    })
}

/// Path of a file relative to a folder, when it is in it; `..` is resolved by name.
fn inside(root: &Path, file: &Path) -> Option<String> {
    let relative = cleaned(file).strip_prefix(cleaned(root)).ok()?.to_owned();
    relative.to_str().map(str::to_owned)
}

fn cleaned(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// A Dockerfile from elsewhere gets a name that no file of the user's has.
fn outside_file(text: Vec<u8>) -> (String, Option<Vec<u8>>) {
    let digest = Sha256::digest(&text);
    let id: u64 = digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    (format!(".dockerfile.wharf-{id:016x}"), Some(text))
}

/// `<Dockerfile>.dockerignore` goes before `.dockerignore`, as BuildKit has it.
fn read_ignore(root: &Path, dockerfile: &Path) -> io::Result<DockerIgnore> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    for path in [PathBuf::from(own), root.join(".dockerignore")] {
        match fs::read_to_string(&path) {
            Ok(text) => {
                return DockerIgnore::parse(&text)
                    .map_err(|error| io::Error::other(format!("`{}`: {error}", path.display())));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(DockerIgnore::default())
}

/// Writes into the stream.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        self.0.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
