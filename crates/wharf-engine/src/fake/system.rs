//! Version and events.

use super::FakeEngine;
use super::state::Happening;
use crate::capability::{EngineEvent, EngineInfo, System};
use crate::{EngineError, ErrorKind, Result};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

impl System for FakeEngine {
    async fn info(&self) -> Result<EngineInfo> {
        self.look("info", "", |_| {
            Ok(EngineInfo {
                product: "Fake Engine".to_owned(),
                version: "20.10.24".to_owned(),
                api_version: "1.41".to_owned(),
                platform: "linux/amd64".to_owned(),
            })
        })
        .await
    }

    fn events(&self, project: &str) -> BoxStream<'static, Result<EngineEvent>> {
        let engine = self.clone();
        let (from, breaks) = {
            let state = engine.state();
            (state.events.len(), state.breaks)
        };
        let cursor = Cursor { engine, project: project.to_owned(), from, breaks, is_over: false };
        stream::unfold(cursor, Cursor::next).boxed()
    }
}

struct Cursor {
    engine: FakeEngine,
    project: String,
    from: usize,
    breaks: u64,
    is_over: bool,
}

impl Cursor {
    async fn next(mut self) -> Option<(Result<EngineEvent>, Self)> {
        if self.is_over {
            return None;
        }
        let (from, breaks, project) = (self.from, self.breaks, self.project.clone());
        let is_own = |it: &Happening| it.project.as_ref() == Some(&project);
        let found = self
            .engine
            .until(|state| {
                if state.breaks != breaks {
                    return Some(None);
                }
                let mut later = state.events.iter().enumerate().skip(from);
                let (index, found) = later.find(|(_, it)| is_own(it))?;
                Some(Some((index + 1, found.event.clone())))
            })
            .await;
        match found {
            Some((next, event)) => {
                self.from = next;
                Some((Ok(event), self))
            }
            None => {
                self.is_over = true;
                let message = "the stream of events broke";
                let error = EngineError::new(ErrorKind::ConnectionLost, "follow events", message);
                Some((Err(error), self))
            }
        }
    }
}
