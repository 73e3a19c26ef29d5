//! The binary on a real engine: one module per concern.
//!
//! Tests ask the engine and the published ports, not wharf, for what became of a command.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it goes wrong")]

mod adoption;
mod commands;
mod crash;
mod lifecycle;
mod production;
mod race;
mod scale;
mod secrets;
mod situations;
mod support;
mod waiting;
