//! A pseudo terminal: programs that ask questions ask them there only.

use crate::deadline::within;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::time::Duration;

/// Runs a command with a terminal of 80 columns as its input and output; gives its exit code and
/// all that was shown, what was typed included.
///
/// # Panics
/// When there are no terminals here, and when the command does not end in time.
pub fn run(command: &mut Command, typed: &str, limit: Duration) -> (i32, String) {
    let (mut master, terminal) =
        open().unwrap_or_else(|error| panic!("cannot open a terminal: {error}"));
    let clone = || terminal.try_clone().unwrap_or_else(|error| panic!("{error}"));
    command.stdin(clone()).stdout(clone()).stderr(clone());
    command.env("TERM", "xterm");
    let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot run it: {error}"));
    // The program alone holds the terminal now: its end is the end of the output.
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::null());
    drop(terminal);
    let mut keyboard = master.try_clone().unwrap_or_else(|error| panic!("{error}"));
    // The terminal keeps what is typed ahead.
    let _ = keyboard.write_all(typed.as_bytes());
    let reader = std::thread::spawn(move || {
        let mut shown = Vec::new();
        let mut piece = [0; 4096];
        // The end is an error on Linux, as of a line that was hung up.
        while let Ok(read @ 1..) = master.read(&mut piece) {
            shown.extend_from_slice(&piece[..read]);
        }
        shown
    });
    let status = within(limit, "the program on the terminal", || child.try_wait().ok().flatten());
    let shown = reader.join().unwrap_or_default();
    (code(status), String::from_utf8_lossy(&shown).into_owned())
}

fn open() -> rustix::io::Result<(File, OwnedFd)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    let terminal = rustix::fs::open(&name, flags, rustix::fs::Mode::empty())?;
    let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size)?;
    Ok((File::from(master), terminal))
}

/// Exit code as a shell gives it.
pub(crate) fn code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}
