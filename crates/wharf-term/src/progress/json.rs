//! The form for machines: one event per line, as it happens.

use crate::Stream;
use crate::progress::Reporter;
use jiff::Timestamp;
use serde::Serialize;
use wharf_plan::Event;

/// Version of the form; raised when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// Writes `{"v":1,"t":"2026-11-20T03:44:00.123Z","type":"node.started",...}`: the version, the
/// time (RFC 3339, UTC), then the event with its own fields.
pub struct Json {
    stream: Stream,
    now: Box<dyn FnMut() -> Timestamp + Send>,
}

#[derive(Serialize)]
struct Report<'a> {
    v: u32,
    t: String,
    #[serde(flatten)]
    event: &'a Event,
}

impl Json {
    /// Writes to `stream`; `now` is asked once per event.
    pub fn new(stream: Stream, now: impl FnMut() -> Timestamp + Send + 'static) -> Self {
        Self { stream, now: Box::new(now) }
    }
}

impl Reporter for Json {
    fn event(&mut self, event: &Event) {
        let report = Report { v: VERSION, t: format!("{:.3}", (self.now)()), event };
        // Events are made of strings and numbers; what cannot fail is not reported.
        if let Ok(line) = serde_json::to_string(&report) {
            self.stream.line(&line);
        }
    }

    fn tick(&mut self, _now_ms: u64) {}

    fn finish(&mut self) {}
}
