//! What a user reads when something is wrong, and the exit code that goes with it.
//!
//! Each text is a snapshot, so that a change of words is seen in a review.

mod command_line;
mod engine_trouble;
mod project_trouble;
mod snapshot;
