//! The typed project: what is wanted, every value with the place it came from.
//!
//! Maps are ordered by name wherever the Compose Specification gives the order no meaning, so
//! that plans and hashes do not depend on how a file was sorted.

mod build;
mod health;
mod mount;
mod network;
mod port;
mod project;
mod resources;
mod service;
mod store;

pub use build::{Build, BuildSecret};
pub use health::{HealthTest, Healthcheck};
pub use mount::{BindOptions, Mount, MountKind, TmpfsOptions, VolumeOptions};
pub use network::{Attachment, Ipam, IpamPool, Network, NetworkMode, Volume};
pub use port::{Port, Protocol, Published};
pub use project::{Extensions, Project};
pub use resources::{Limits, Reservations, Resources, Ulimit};
pub use service::{
    Command, Condition, Dependency, EnvFile, EnvFormat, Logging, PullPolicy, RestartPolicy, Service,
};
pub use store::{Grant, Store, StoreSource};
