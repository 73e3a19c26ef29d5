//! Observation, executor and the in-memory engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod architecture;
mod contract;
mod executor;
mod faults;
mod properties;
mod support;
