//! Everything that wharf prints, at the end of the pipeline: plans, events and diagnostics come
//! in as values, text goes out.
//!
//! Every form is a pure function from values to `String`s; [`Output`] alone writes. Nothing here
//! reads the environment or the clock by itself: the binary passes those in, so a test shows
//! exactly what a user sees. Text that is not ours is cleaned of control sequences on its way.

mod address;
pub mod checks;
pub mod diagnostic;
pub mod human;
pub mod logs;
mod output;
pub mod plan;
pub mod progress;
pub mod prompt;
pub mod style;
pub mod table;
mod text;

pub use output::{Ended, Output, Size, Stream};
pub use style::{Color, ColorChoice, Role, Surroundings};
