//! What is written to processes.

use super::FakeEngine;
use super::builtin::Reading;
use super::state::{LogLine, State};
use crate::capability::LogStream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use tokio::time::Instant;

/// Whose input it is.
#[derive(Debug, Clone)]
pub(super) enum Reader {
    /// The main process of a container, by its id.
    Main(String),
    /// A command, by its id.
    Command(String),
}

/// The writing end of an input; what is written arrives at once.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) engine: FakeEngine,
    pub(super) reader: Reader,
}

impl AsyncWrite for Input {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.engine.state().feed(&self.reader, bytes, false);
        self.engine.announce();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.engine.state().feed(&self.reader, &[], true);
        self.engine.announce();
        Poll::Ready(Ok(()))
    }
}

impl State {
    /// Hands bytes, and the end of the input, to a process. What does not read drops them.
    fn feed(&mut self, reader: &Reader, bytes: &[u8], is_end: bool) {
        match reader {
            Reader::Main(id) => self.feed_main(id, bytes, is_end),
            Reader::Command(id) => {
                let Some(exec) = self.execs.get_mut(id) else { return };
                let code = after(exec.reads, bytes, is_end);
                if exec.reads == Some(Reading::Copy) && !bytes.is_empty() {
                    exec.output.push((LogStream::Stdout, bytes.to_vec()));
                }
                exec.code = exec.code.or(code);
            }
        }
    }

    fn feed_main(&mut self, id: &str, bytes: &[u8], is_end: bool) {
        let at = self.now_millis();
        let Some(container) = self.containers.get_mut(id) else { return };
        let reads = container.process.as_ref().and_then(|process| process.reads);
        if reads == Some(Reading::Copy) {
            container.log.extend(String::from_utf8_lossy(bytes).lines().map(|line| LogLine {
                stream: LogStream::Stdout,
                at,
                line: line.to_owned(),
            }));
        }
        if let Some(code) = after(reads, bytes, is_end) {
            self.end(id, Instant::now(), code);
        }
    }
}

/// The exit code of a process that this ends.
fn after(reads: Option<Reading>, bytes: &[u8], is_end: bool) -> Option<i64> {
    match reads? {
        Reading::Copy => is_end.then_some(0),
        Reading::Line(code) => bytes.contains(&b'\n').then_some(code),
        Reading::Size => None,
    }
}
