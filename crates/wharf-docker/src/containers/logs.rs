//! A container's log.

use super::path;
use crate::Docker;
use crate::client::Call;
use crate::failure::Failure;
use crate::lines::LineJoiner;
use crate::multiplex::Demultiplexer;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use http_body_util::BodyDataStream;
use hyper::body::Incoming;
use std::collections::VecDeque;
use wharf_engine::Result;
use wharf_engine::capability::{LogChunk, LogOptions};

/// Opens the log when the stream is first asked, and goes on to its end.
pub(super) fn stream(
    docker: Docker,
    container: String,
    options: LogOptions,
) -> BoxStream<'static, Result<LogChunk>> {
    let operation = format!("read the log of container `{container}`");
    let opened = async move { Reader::open(&docker, &container, &options).await };
    stream::once(opened)
        .map_ok(|reader| stream::try_unfold(reader, Reader::next))
        .try_flatten()
        .map_err(move |failure| failure.during(operation.clone()))
        .boxed()
}

struct Reader {
    body: BodyDataStream<Incoming>,
    frames: Demultiplexer,
    lines: LineJoiner,
    ready: VecDeque<LogChunk>,
    has_ended: bool,
}

impl Reader {
    async fn open(
        docker: &Docker,
        container: &str,
        options: &LogOptions,
    ) -> std::result::Result<Self, Failure> {
        let answer = docker.inspect_raw(container).await?;
        let is_terminal = answer.config.tty.unwrap_or(false);
        let tail = options.tail.map_or_else(|| String::from("all"), |lines| lines.to_string());
        let call = Call::get(path(container, "logs"))
            .query("stdout", 1)
            .query("stderr", 1)
            .query("timestamps", 1)
            .query("follow", u8::from(options.follow))
            .query("tail", tail)
            .maybe("since", options.since.as_ref())
            .maybe("until", options.until.as_ref());
        // A log that is followed answers with its first line, which may take for ever.
        let call = if options.follow { call.limit(None) } else { call };
        Ok(Self {
            body: BodyDataStream::new(docker.client.open(call).await?),
            frames: Demultiplexer::new(is_terminal),
            lines: LineJoiner::new(is_terminal),
            ready: VecDeque::new(),
            has_ended: false,
        })
    }

    async fn next(mut self) -> std::result::Result<Option<(LogChunk, Self)>, Failure> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Ok(Some((line, self)));
            }
            if self.has_ended {
                return Ok(None);
            }
            match self.body.next().await {
                Some(piece) => {
                    for (stream, frame) in self.frames.push(piece?) {
                        self.ready.extend(self.lines.push(stream, &frame));
                    }
                }
                None if self.frames.is_torn() => {
                    return Err(Failure::Lost(String::from("the log ended inside a line")));
                }
                None => {
                    self.has_ended = true;
                    self.ready.extend(self.lines.finish());
                }
            }
        }
    }
}
