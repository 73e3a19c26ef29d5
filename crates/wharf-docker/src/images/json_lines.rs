//! Streams of JSON values, one per line.

use crate::failure::Failure;
use bytes::BytesMut;
use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::BodyDataStream;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// Longest value: an engine's longest is one step's output buffer.
const LONGEST: usize = 16 * 1024 * 1024;

/// Reads values from a body.
pub(crate) struct JsonLines<T> {
    body: BodyDataStream<Incoming>,
    buffer: BytesMut,
    has_ended: bool,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + 'static> JsonLines<T> {
    /// The values of a body to its end; empty lines are skipped.
    pub(crate) fn stream(body: Incoming) -> BoxStream<'static, Result<T, Failure>> {
        let lines = Self {
            body: BodyDataStream::new(body),
            buffer: BytesMut::new(),
            has_ended: false,
            value: PhantomData,
        };
        stream::try_unfold(lines, Self::next).boxed()
    }

    async fn next(mut self) -> Result<Option<(T, Self)>, Failure> {
        loop {
            if let Some(line) = self.take_line() {
                let text = line.trim_ascii();
                if text.is_empty() {
                    continue;
                }
                let value = serde_json::from_slice(text).map_err(|error| {
                    Failure::Unreadable(format!(
                        "the engine sent a line that makes no sense: {error}"
                    ))
                })?;
                return Ok(Some((value, self)));
            }
            if self.has_ended {
                return Ok(None);
            }
            if self.buffer.len() > LONGEST {
                return Err(Failure::Unreadable("the engine sent a line without an end".into()));
            }
            match self.body.next().await {
                Some(piece) => self.buffer.extend_from_slice(&piece?),
                None => self.has_ended = true,
            }
        }
    }

    fn take_line(&mut self) -> Option<BytesMut> {
        match self.buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => Some(self.buffer.split_to(end + 1)),
            None if self.has_ended && !self.buffer.is_empty() => Some(self.buffer.split()),
            None => None,
        }
    }
}
