//! The reader, from files to project and messages.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod broken;
mod conformance;
mod golden;
mod loading;
mod mutated;
mod support;
