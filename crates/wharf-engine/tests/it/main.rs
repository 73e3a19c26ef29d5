//! Observation, executor and the in-memory engine.

mod architecture;
mod contract;
mod executor;
mod faults;
mod properties;
mod support;
