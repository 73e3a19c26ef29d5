//! A run while it goes on: [`Event`]s in, lines out, in four forms.
//!
//! | form  | stream | what                                                                     |
//! | ----- | ------ | ------------------------------------------------------------------------ |
//! | tty   | stderr | a frame that is redrawn, at most ten times a second; what has ended scrolls away |
//! | plain | stderr | one line per change, never rewritten; for CI and files                   |
//! | json  | stdout | one event per line                                                       |
//! | quiet | -      | nothing                                                                  |
//!
//! Reporters are functions of events and of the time that is passed in. They do not end a run
//! and do not print its errors: the binary does, when the last event has come.

mod frame;
mod json;
mod plain;
mod state;
mod summary;
mod tty;
mod words;

pub use frame::frame;
pub use json::Json;
pub use plain::Plain;
pub use state::State;
pub use summary::{Work, summary};
pub use tty::Tty;

use crate::{Output, Surroundings};
use jiff::Timestamp;
use wharf_plan::{Event, Plan};

/// Shows a run.
pub trait Reporter: Send {
    /// Something happened.
    fn event(&mut self, event: &Event);

    /// Time has passed; `now_ms` is milliseconds since the run began. To be called about ten
    /// times a second, as frames and heartbeats are made here.
    fn tick(&mut self, now_ms: u64);

    /// Nothing more will happen. Leaves the terminal as it should be, also when the run broke
    /// off without its last event; a second call does nothing.
    fn finish(&mut self);
}

/// The user's word on progress, `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProgressChoice {
    /// As the stream allows.
    #[default]
    Auto,
    /// This form.
    Form(Form),
}

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A frame that is redrawn in place.
    Tty,
    /// Lines.
    Plain,
    /// Events for machines.
    Json,
    /// Nothing.
    Quiet,
}

impl ProgressChoice {
    /// Decides by what stderr is connected to.
    pub fn resolve(self, stderr: Surroundings) -> Form {
        match self {
            Self::Form(form) => form,
            Self::Auto if stderr.redraws() => Form::Tty,
            Self::Auto => Form::Plain,
        }
    }
}

/// Makes the reporter of one run. `verb` is the command as the user knows it (`up`); `now` gives
/// the times of the machine form.
pub fn reporter(
    form: Form,
    verb: &str,
    plan: &Plan,
    output: &Output,
    now: impl FnMut() -> Timestamp + Send + 'static,
) -> Box<dyn Reporter> {
    match form {
        Form::Tty => Box::new(Tty::new(State::new(verb, plan), output.stderr().clone())),
        Form::Plain => Box::new(Plain::new(State::new(verb, plan), output.stderr().clone())),
        Form::Json => Box::new(Json::new(output.stdout().clone(), now)),
        Form::Quiet => Box::new(Quiet),
    }
}

/// Shows nothing.
struct Quiet;

impl Reporter for Quiet {
    fn event(&mut self, _event: &Event) {}

    fn tick(&mut self, _now_ms: u64) {}

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Term;

    #[test]
    fn a_frame_is_only_drawn_on_a_terminal_with_a_person_in_front_of_it() {
        let person = Surroundings { term: Term::Capable, is_terminal: true, ..Default::default() };
        let auto = |around| ProgressChoice::Auto.resolve(around);
        assert_eq!(auto(person), Form::Tty);
        assert_eq!(auto(Surroundings { is_terminal: false, ..person }), Form::Plain);
        assert_eq!(auto(Surroundings { term: Term::Dumb, ..person }), Form::Plain);
        assert_eq!(auto(Surroundings { term: Term::Missing, ..person }), Form::Plain);
        assert_eq!(auto(Surroundings { is_ci: true, ..person }), Form::Plain);
        let asked = ProgressChoice::Form(Form::Json).resolve(person);
        assert_eq!(asked, Form::Json);
    }
}
