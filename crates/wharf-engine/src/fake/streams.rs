//! Logs as a stream.

use super::FakeEngine;
use super::clock::rfc3339;
use super::state::{Container, State};
use crate::Result;
use crate::capability::{LogChunk, LogOptions};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use std::collections::VecDeque;

/// The lines of a container's log.
pub(super) fn logs(
    engine: FakeEngine,
    container: String,
    options: LogOptions,
) -> BoxStream<'static, Result<LogChunk>> {
    let begin = async move {
        let operation = format!("read the log of container `{container}`");
        let id = engine.look("logs", &container, |state| state.find(&container, &operation)).await;
        match id {
            Ok(id) => Reader::new(engine, id, &options).stream(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    };
    stream::once(begin).flatten().boxed()
}

struct Reader {
    engine: FakeEngine,
    id: String,
    follow: bool,
    since: Option<i64>,
    until: Option<i64>,
    next: usize,
    open: VecDeque<LogChunk>,
    is_over: bool,
}

impl Reader {
    fn new(engine: FakeEngine, id: String, options: &LogOptions) -> Self {
        let mut reader = Self {
            engine,
            id,
            follow: options.follow,
            since: options.since.as_deref().and_then(millis),
            until: options.until.as_deref().and_then(millis),
            next: 0,
            open: VecDeque::new(),
            is_over: false,
        };
        let engine = reader.engine.clone();
        reader.is_over = reader.take_new(&engine.state()) || !reader.follow;
        if let Some(tail) = options.tail {
            let tail = usize::try_from(tail).unwrap_or(usize::MAX);
            reader.open.drain(..reader.open.len().saturating_sub(tail));
        }
        reader
    }

    fn stream(self) -> BoxStream<'static, Result<LogChunk>> {
        stream::unfold(self, |mut reader| async move {
            let chunk = reader.take().await?;
            Some((Ok(chunk), reader))
        })
        .boxed()
    }

    async fn take(&mut self) -> Option<LogChunk> {
        while self.open.is_empty() && !self.is_over {
            let engine = self.engine.clone();
            self.is_over = engine
                .until(|state| {
                    let has_ended = self.take_new(state);
                    (has_ended || !self.open.is_empty()).then_some(has_ended)
                })
                .await;
        }
        self.open.pop_front()
    }

    /// Takes lines that were written since the last time; whether no more can come.
    fn take_new(&mut self, state: &State) -> bool {
        let Some(container) = state.containers.get(&self.id) else { return true };
        for (index, line) in container.log.iter().enumerate().skip(self.next) {
            let is_wanted = self.since.is_none_or(|since| line.at >= since)
                && self.until.is_none_or(|until| line.at <= until);
            if is_wanted {
                self.open.push_back(LogChunk {
                    stream: line.stream,
                    time: Some(rfc3339(line.at, index)),
                    line: line.line.clone().into_bytes(),
                });
            }
        }
        self.next = container.log.len();
        !lives(container)
    }
}

fn lives(container: &Container) -> bool {
    container.process.is_some() || container.restarts_at.is_some()
}

/// Unix seconds with a fraction, as text, into milliseconds.
fn millis(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(seconds.parse::<i64>().ok()? * 1000 + fraction.parse::<i64>().ok()?)
}
