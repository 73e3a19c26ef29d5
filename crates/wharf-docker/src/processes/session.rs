//! An upgraded connection as a pair of streams.

use crate::failure::Failure;
use crate::multiplex::Demultiplexer;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use tokio::io::{AsyncReadExt, ReadHalf};
use wharf_engine::capability::{LogStream, ProcessStream, Session};

/// Size of one read; a full frame of the engine is 32 KiB.
const PIECE: usize = 32 * 1024;

/// Makes a session of a connection. Shutting the input down tells the process that nothing
/// more comes; dropping it does nothing.
pub(super) fn open(
    id: String,
    connection: Upgraded,
    is_terminal: bool,
    container: &str,
) -> Session {
    let (reader, writer) = tokio::io::split(TokioIo::new(connection));
    let operation = format!("read the output of container `{container}`");
    let output = Output {
        reader,
        frames: Demultiplexer::new(is_terminal),
        ready: VecDeque::new(),
        buffer: vec![0; PIECE],
    };
    let output: ProcessStream = stream::try_unfold(output, Output::next)
        .map_err(move |failure| failure.during(operation.clone()))
        .boxed();
    Session { id, output, input: Box::pin(writer) }
}

struct Output {
    reader: ReadHalf<TokioIo<Upgraded>>,
    frames: Demultiplexer,
    ready: VecDeque<(LogStream, Bytes)>,
    buffer: Vec<u8>,
}

impl Output {
    async fn next(mut self) -> Result<Option<((LogStream, Vec<u8>), Self)>, Failure> {
        loop {
            if let Some((stream, bytes)) = self.ready.pop_front() {
                return Ok(Some(((stream, bytes.to_vec()), self)));
            }
            let count = self
                .reader
                .read(&mut self.buffer)
                .await
                .map_err(|error| Failure::Lost(error.to_string()))?;
            if count == 0 {
                return if self.frames.is_torn() {
                    Err(Failure::Lost(String::from("the output ended inside a frame")))
                } else {
                    Ok(None)
                };
            }
            let piece = Bytes::copy_from_slice(&self.buffer[..count]);
            self.ready.extend(self.frames.push(piece));
        }
    }
}
