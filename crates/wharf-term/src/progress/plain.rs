//! The form for logs: one line per change, with the time since the run began.

use crate::progress::Reporter;
use crate::progress::frame::end_role;
use crate::progress::state::{End, Item, State, Task};
use crate::progress::words;
use crate::style::Role;
use crate::{Stream, address, diagnostic, human, text};
use std::collections::BTreeMap;
use std::time::Duration;
use wharf_plan::{Address, Event};

/// Longest silence, in milliseconds: CI systems end jobs that say nothing.
const HEARTBEAT: u64 = 30_000;
/// How many things a heartbeat names.
const NAMED: usize = 5;

/// Writes lines and never rewrites one.
pub struct Plain {
    state: State,
    stream: Stream,
    /// What was last said of an address, so that three connections are one line.
    said: BTreeMap<Address, (&'static str, String)>,
    wrote_at: u64,
    is_finished: bool,
}

impl Plain {
    /// Writes to `stream`.
    pub fn new(state: State, stream: Stream) -> Self {
        Self { state, stream, said: BTreeMap::new(), wrote_at: 0, is_finished: false }
    }

    fn line(&mut self, at: u64, text: &str) {
        let time = text::pad_left(&clock(at), 7);
        self.stream.line(&format!("{}  {text}", self.stream.color().paint(Role::Dim, &time)));
        self.wrote_at = self.wrote_at.max(at);
    }

    fn begin(&mut self, at: u64, address: &Address, verb: &str, argument: Option<&str>) {
        let (word, detail) = words::doing(verb, argument);
        let is_new = self.said.get(address).is_none_or(|said| *said != (word, detail.clone()));
        if is_new {
            let name = address::full(address);
            self.line(at, format!("{name}  {word} {detail}").trim_end());
            self.said.insert(address.clone(), (word, detail));
        }
    }

    fn write_ended(&mut self, at: u64) {
        for item in self.state.take_ended() {
            match item {
                Item::Task(task) => self.ended(&task),
                Item::Warning(report) => {
                    let color = self.stream.color();
                    self.stream.line(&diagnostic::render_report(&report, color));
                    self.wrote_at = self.wrote_at.max(at);
                }
            }
        }
    }

    fn ended(&mut self, task: &Task) {
        let (end, word, detail) = task.result();
        let word = self.stream.color().paint(end_role(end), word);
        let detail = match (detail.as_str(), end) {
            ("", _) => detail,
            (_, End::Failed) => format!(" {detail}"),
            _ => format!(", {detail}"),
        };
        let time = match task.ended.saturating_sub(task.began) {
            0 => String::new(),
            elapsed => format!(" ({})", human::duration(Duration::from_millis(elapsed))),
        };
        let name = address::full(&task.address);
        self.line(task.ended, &format!("{name}  {word}{detail}{time}"));
        self.said.remove(&task.address);
    }

    fn heartbeat(&self, now: u64) -> Option<String> {
        let active: Vec<_> = self.state.tasks.iter().filter(|task| task.is_active()).collect();
        let mut names: Vec<_> =
            active.iter().take(NAMED).map(|task| waited_for(task, now)).collect();
        if active.len() > NAMED {
            names.push(format!("{} more", active.len() - NAMED));
        }
        (!names.is_empty()).then(|| format!("still waiting: {}", names.join(", ")))
    }
}

impl Reporter for Plain {
    fn event(&mut self, event: &Event) {
        self.state.apply(event);
        match event {
            Event::RunStarted { .. } => {
                let (verb, project) = (&self.state.verb, &self.state.project);
                let text =
                    format!("{verb} {project}: {}", text::count(self.state.actions, "action"));
                self.line(0, &text);
            }
            Event::NodeStarted { at, address, verb, argument, .. } => {
                self.begin(*at, address, verb, argument.as_deref());
            }
            Event::NodeProgress { .. } => {}
            Event::NodeFinished { at, .. } | Event::Warning { at, .. } => self.write_ended(*at),
            Event::RunFinished { .. } => self.finish(),
        }
    }

    fn tick(&mut self, now_ms: u64) {
        if self.is_finished || now_ms < self.wrote_at.saturating_add(HEARTBEAT) {
            return;
        }
        if let Some(text) = self.heartbeat(now_ms) {
            self.line(now_ms, &text);
        }
    }

    fn finish(&mut self) {
        if self.is_finished {
            return;
        }
        self.is_finished = true;
        self.write_ended(self.wrote_at);
        if let Some(summary) = self.state.summary() {
            self.stream.line(&summary);
        }
    }
}

/// `service web/1 (waiting for health, 28.1s)`.
fn waited_for(task: &Task, now: u64) -> String {
    let time = clock(now.saturating_sub(task.phase_began));
    let doing = format!("{} {}", task.word.to_lowercase(), task.detail);
    let message =
        if task.message.is_empty() { String::new() } else { format!(": {}", task.message) };
    format!("{} ({}{message}, {time})", address::full(&task.address), doing.trim_end())
}

fn clock(milliseconds: u64) -> String {
    human::clock(Duration::from_millis(milliseconds))
}
