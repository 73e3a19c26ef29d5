//! The user's terminal while a process in a container has it: raw mode, size, input.

use futures_util::StreamExt;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::Write;
use tokio::io::AsyncWriteExt;
use tokio::signal::unix::{SignalKind, signal};
use wharf_engine::Result;
use wharf_engine::capability::{LogStream, Session, TerminalSize};

/// Raw mode until it is dropped.
struct Raw {
    before: Termios,
}

impl Raw {
    /// Switches the terminal on stdin to raw mode; `None` when stdin is none.
    fn enter() -> Option<Self> {
        let before = tcgetattr(std::io::stdin()).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(std::io::stdin(), OptionalActions::Now, &raw).ok()?;
        Some(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing can be done when the terminal is gone.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// Size of the terminal on stdout.
fn size() -> Option<TerminalSize> {
    let size = tcgetwinsize(std::io::stdout()).ok()?;
    Some(TerminalSize { width: size.ws_col, height: size.ws_row })
}

/// What a process has of this one's streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streams {
    /// A terminal: raw mode, and its size is passed on.
    pub(crate) tty: bool,
    /// Standard input.
    pub(crate) stdin: bool,
}

/// Gives the terminal to a process until its output ends; `resize` passes a new size on.
pub(crate) async fn lend<F, R>(session: Session, streams: Streams, resize: F) -> Result<()>
where
    F: Fn(TerminalSize) -> R + Send + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let raw = if streams.tty { Raw::enter() } else { None };
    let sizes = streams.tty.then(|| tokio::spawn(follow_size(resize)));
    let relayed = relay(session, streams.stdin).await;
    if let Some(sizes) = sizes {
        sizes.abort();
    }
    drop(raw);
    relayed
}

async fn follow_size<F, R>(resize: F)
where
    F: Fn(TerminalSize) -> R + Send + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let Ok(mut changes) = signal(SignalKind::window_change()) else { return };
    loop {
        if let Some(size) = size() {
            // A size that cannot be set is no reason to end the user's command.
            let _ = resize(size).await;
        }
        if changes.recv().await.is_none() {
            return;
        }
    }
}

/// Connects a session with stdin, stdout and stderr until its output ends.
async fn relay(session: Session, with_stdin: bool) -> Result<()> {
    let Session { mut output, mut input, .. } = session;
    let typed = with_stdin.then(|| {
        tokio::spawn(async move {
            // A process that has ended takes no input; that is its right.
            let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut input).await;
            let _ = input.shutdown().await;
        })
    });
    let mut result = Ok(());
    while let Some(piece) = output.next().await {
        match piece {
            // A reader that went away wants no more.
            Ok((stream, bytes)) if pass_on(stream, &bytes).is_err() => break,
            Ok(_) => {}
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    if let Some(typed) = typed {
        typed.abort();
    }
    result
}

/// Bytes of a process are passed on as they are: they are its, not ours to format.
fn pass_on(stream: LogStream, bytes: &[u8]) -> std::io::Result<()> {
    match stream {
        LogStream::Stdout => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(bytes)?;
            stdout.flush()
        }
        LogStream::Stderr => std::io::stderr().lock().write_all(bytes),
    }
}
