//! Observe and apply.
//!
//! This crate owns the [`capability`] traits that every engine adapter implements, the
//! observation of a project ([`observe`]), and the executor that runs a plan's graph and emits
//! events ([`apply`]). With the feature `testing` it has an in-memory engine and the contract
//! suite that every adapter passes. It knows no client of any engine.

pub mod capability;
#[cfg(feature = "testing")]
pub mod contract;
mod error;
mod executor;
#[cfg(feature = "testing")]
pub mod fake;
mod gate;
mod observe;
mod retry;

pub use capability::Engine;
pub use error::{EngineError, ErrorKind, Result};
pub use executor::{ApplyOptions, Failure, Outcome, apply};
pub use gate::is_well;
pub use observe::{Inspect, ObserveRequest, observe};
