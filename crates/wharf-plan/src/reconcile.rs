//! Wanted and observed into plans: one function per command that changes something.

mod containers;
mod down;
mod gates;
mod images;
mod lifecycle;
mod one_off;
mod preflight;
mod resources;
mod up;
mod verdict;

pub use down::{DownOptions, Scope, down};
pub use images::{ImageOptions, plan_builds, plan_images};
pub use lifecycle::{Lifecycle, lifecycle};
pub use one_off::{OneOff, one_off, remove_one_off};
pub use up::{Proposal, Readiness, Recreate, UpOptions, up};
