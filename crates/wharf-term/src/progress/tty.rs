//! The form for terminals: a live part at the bottom, history above it.
//!
//! One write per frame: go up to the first live line, write what has ended (it scrolls away for
//! good), write the live lines anew, clear what is left below. Nothing is cleared before it is
//! overwritten, and the whole is a synchronized update (DECSET 2026), so nothing flickers. The
//! cursor stays visible and rests below the live part.

use crate::progress::Reporter;
use crate::progress::frame::{columns, ended_lines, frame};
use crate::progress::state::State;
use crate::{Size, Stream, text};
use std::fmt::Write as _;
use wharf_plan::Event;

/// Least time between two frames, in milliseconds.
const INTERVAL: u64 = 100;
/// What is assumed when the form is forced upon a stream that is not a terminal.
const NO_TERMINAL: Size = Size { columns: 80, rows: 24 };

const BEGIN_UPDATE: &str = "\u{1b}[?2026h";
const END_UPDATE: &str = "\u{1b}[?2026l";
const CLEAR_LINE_END: &str = "\u{1b}[K";
const CLEAR_BELOW: &str = "\u{1b}[J";

/// Redraws a frame in place.
pub struct Tty {
    state: State,
    stream: Stream,
    /// Widths of the live lines on the screen.
    drawn: Vec<usize>,
    drawn_at: Option<u64>,
    is_finished: bool,
}

impl Tty {
    /// Draws on `stream`.
    pub fn new(state: State, stream: Stream) -> Self {
        Self { state, stream, drawn: Vec::new(), drawn_at: None, is_finished: false }
    }

    fn draw(&mut self, live: Vec<String>, size: Size) {
        let mut update = String::from(BEGIN_UPDATE);
        update.push('\r');
        match self.height(size) {
            0 => {}
            height => {
                let _ = write!(update, "\u{1b}[{height}A");
            }
        }
        let color = self.stream.color();
        for item in self.state.take_ended() {
            for line in ended_lines(&item, columns(size), self.state.name_width, color) {
                push_line(&mut update, &line, size);
            }
        }
        for line in &live {
            push_line(&mut update, line, size);
        }
        if self.is_finished
            && let Some(summary) = self.state.summary()
        {
            push_line(&mut update, &summary, size);
        }
        update.push_str(CLEAR_BELOW);
        update.push_str(END_UPDATE);
        self.drawn = live.iter().map(|line| shown_width(line)).collect();
        self.stream.text(&update);
    }

    /// Rows that the live part takes on the screen now. A window that was made narrower since has
    /// wrapped its lines.
    fn height(&self, size: Size) -> usize {
        let rows = self.drawn.iter().map(|width| width.div_ceil(size.columns.max(1)).max(1));
        rows.sum::<usize>().min(size.rows.saturating_sub(1))
    }
}

impl Reporter for Tty {
    fn event(&mut self, event: &Event) {
        self.state.apply(event);
        if self.state.is_over() {
            self.finish();
        }
    }

    fn tick(&mut self, now_ms: u64) {
        let is_due = self.drawn_at.is_none_or(|at| now_ms >= at.saturating_add(INTERVAL));
        if self.is_finished || !is_due {
            return;
        }
        self.drawn_at = Some(now_ms);
        let size = self.stream.size().unwrap_or(NO_TERMINAL);
        let live = frame(&self.state, size, now_ms, self.stream.color());
        self.draw(live, size);
    }

    fn finish(&mut self) {
        if self.is_finished {
            return;
        }
        self.is_finished = true;
        let size = self.stream.size().unwrap_or(NO_TERMINAL);
        self.draw(Vec::new(), size);
    }
}

fn push_line(update: &mut String, line: &str, size: Size) {
    // Clearing behind the last column would take the last character with it, and the rows that
    // a long line wraps into hold old text.
    if shown_width(line) >= size.columns {
        update.push_str(CLEAR_BELOW);
        update.push_str(line);
    } else {
        update.push_str(line);
        update.push_str(CLEAR_LINE_END);
    }
    update.push_str("\r\n");
}

fn shown_width(line: &str) -> usize {
    text::width(&anstream::adapter::strip_str(line).to_string())
}
