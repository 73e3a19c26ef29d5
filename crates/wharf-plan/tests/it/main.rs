//! Plans from projects and observations, without any engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod attributes;
mod golden;
mod secrets;
mod stage;
mod volumes;
