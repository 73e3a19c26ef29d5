//! One run at a time changes a project: an advisory lock on a file that goes with its process.
//!
//! Runs on other machines against the same engine are not kept out by it; the executor's
//! conflicts and another look at the engine bring them together.

use crate::exit::Exit;
use crate::failure::Failure;
use fs_err::os::unix::fs::OpenOptionsExt;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::Permissions;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;
use wharf_diag::Diagnostic;
use wharf_diag::codes::engine as codes;
use wharf_term::Output;

/// How often a held lock is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Holds the project until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: std::fs::File,
}

/// Takes the lock of a project on an engine, waiting for another run.
pub(crate) async fn acquire(
    directory: &Path,
    engine: &str,
    project: &str,
    limit: Duration,
    output: &Output,
) -> Result<Lock, Failure> {
    let path = directory.join(format!("{project}-{:016x}.lock", digest(engine)));
    let mut file = open(directory, &path).map_err(|error| cannot(&error))?;
    let deadline = Instant::now() + limit;
    let mut has_told = false;
    while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
        if error != Errno::WOULDBLOCK {
            return Err(cannot(&error.into()));
        }
        let holder = holder(&mut file);
        if Instant::now() >= deadline {
            return Err(locked(project, &holder, limit));
        }
        if !has_told {
            output.tell(&format!("waiting for another run on project `{project}`{holder}"));
            has_told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    // The number only makes the message better; a file of another user cannot be written.
    let _ = note_holder(&mut file);
    Ok(Lock { _file: file })
}

/// Users share the folder where they have none of their own, so another user's file is opened for
/// reading, which is enough to lock it, and what is made is made for all.
fn open(directory: &Path, path: &Path) -> std::io::Result<std::fs::File> {
    if let Ok(file) = opened(path, fs_err::OpenOptions::new().read(true).write(true)) {
        return Ok(file);
    }
    if let Ok(file) = opened(path, fs_err::OpenOptions::new().read(true)) {
        return Ok(file);
    }
    std::fs::DirBuilder::new().recursive(true).create(directory)?;
    // Refused where somebody else made the folder, who has done the same.
    let _ = fs_err::set_permissions(directory, Permissions::from_mode(0o1777));
    let mut options = fs_err::OpenOptions::new();
    let file = opened(path, options.read(true).write(true).create(true).truncate(false))?;
    let _ = file.set_permissions(Permissions::from_mode(0o666));
    Ok(file)
}

fn opened(path: &Path, options: &mut fs_err::OpenOptions) -> std::io::Result<std::fs::File> {
    options.custom_flags(no_follow()).open(path).map(fs_err::File::into_file)
}

/// The folder may be shared with other users: a link planted there is not followed.
fn no_follow() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0)
}

fn note_holder(file: &mut std::fs::File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", std::process::id())
}

fn holder(file: &mut std::fs::File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match read {
        Ok(1..) => format!(" (process {})", text.trim()),
        _ => String::new(),
    }
}

/// FNV-1a: only tells engines apart in a file name.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn cannot(error: &std::io::Error) -> Failure {
    let diagnostic = Diagnostic::error(codes::LOCKED, "cannot open the lock file of the project")
        .note(error.to_string())
        .help("set XDG_RUNTIME_DIR to a folder that you may write to");
    Failure::of(diagnostic, Exit::Failed)
}

fn locked(project: &str, holder: &str, limit: Duration) -> Failure {
    let diagnostic = Diagnostic::error(
        codes::LOCKED,
        format!("another run works on project `{project}`{holder}"),
    )
    .note(format!("wharf has waited {} s for it", limit.as_secs()))
    .note("nothing was done")
    .help("wait for it to end, or raise `--lock-timeout`");
    Failure::of(diagnostic, Exit::Locked)
}
