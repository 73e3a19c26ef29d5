//! Compose files and environment into a [`Project`](model::Project).
//!
//! The first stage of every command: find the files (`source`), parse them (`yaml`), fill in
//! variables (`interpolate`), merge the layers (`merge`), decode the tree into the typed
//! [`model`] (`decode`), derive what is implied (`resolve`) and check what no single value can
//! show (`check`). Until the last two, all stages work on one tree whose every node knows
//! its place, so that each problem is reported where the user wrote it. A stage reports all that
//! it finds; later stages run only on trees that make sense.
//!
//! Files are the only part of the world that is read, through the trait [`Files`]; the process
//! environment comes in as a value.

mod canonical;
mod check;
mod decode;
mod files;
mod interpolate;
mod load;
mod merge;
pub mod model;
mod resolve;
mod source;
mod yaml;

pub use canonical::{canonical_json, canonical_yaml};
pub use decode::parse_duration;
pub use files::{Files, MemoryFiles, RealFiles};
pub use load::{LoadOptions, Loaded, load};
pub use source::Environment;
