//! What is there: a snapshot of the engine, by labels.

use crate::ContainerSpec;
use std::collections::BTreeMap;
use wharf_compose::model::Protocol;

/// Snapshot of one project on one engine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// Containers of the project, sorted by service, number, name.
    pub containers: Vec<ObservedContainer>,
    /// Everybody else's containers: their names and ports can stand in the way.
    pub foreign: Vec<ForeignContainer>,
    /// All networks of the engine, by name.
    pub networks: BTreeMap<String, ObservedNetwork>,
    /// All volumes of the engine, by name.
    pub volumes: BTreeMap<String, ObservedVolume>,
    /// Images that the project names and that are there, by reference.
    pub images: BTreeMap<String, ObservedImage>,
}

/// One container of the project.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedContainer {
    /// Full id.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// Service, from its label.
    pub service: String,
    /// Number of the replica, from its label; 0 when it has none.
    pub number: u32,
    /// Made by `run`.
    pub is_one_off: bool,
    /// Reference that it was created with, or the id when that reference names another image now.
    pub image: String,
    /// Id of its image, `sha256:...`.
    pub image_id: String,
    /// State.
    pub state: ContainerState,
    /// The engine's verdict on its health; `None` without a health check.
    pub health: Option<Health>,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// Names of the networks that it is connected to.
    pub networks: Vec<String>,
    /// Ids of these networks as the container remembers them from its last start, by name. An
    /// engine (20.10 to 29) refuses to start it when the network of that name is another one by
    /// now.
    pub network_ids: BTreeMap<String, String>,
    /// Its mounts.
    pub mounts: Vec<ObservedMount>,
    /// Its published ports.
    pub ports: Vec<ObservedPort>,
    /// Time of creation, Unix seconds.
    pub created: i64,
    /// Time of the last start, Unix milliseconds; read only for containers that are older than
    /// something whose replacement restarts them (`depends_on.restart`).
    pub started_at: Option<i64>,
    /// The engine's own sentence about the state ("Up 3 minutes (healthy)").
    pub status: String,
    /// What `inspect` says; read only for containers whose hash is not the wanted one.
    pub details: Option<Box<ContainerDetails>>,
}

/// What `inspect` says of a container, in the terms of a specification.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerDetails {
    /// The container as it was created: the image's defaults merged in by the engine.
    pub spec: ContainerSpec,
    /// What the container's own image declares; empty when the image is gone.
    pub image: ImageConfig,
}

/// What an image declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageConfig {
    /// Variables.
    pub env: BTreeMap<String, String>,
    /// Entry point.
    pub entrypoint: Vec<String>,
    /// Command.
    pub command: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// `port/protocol`.
    pub exposed: Vec<String>,
    /// Paths of its volumes.
    pub volumes: Vec<String>,
    /// User.
    pub user: String,
    /// Working folder.
    pub working_dir: String,
    /// Stop signal.
    pub stop_signal: Option<String>,
    /// Health check, `["CMD", ...]`; with its times when declared.
    pub healthcheck: Option<crate::spec::HealthSpec>,
}

/// State of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerState {
    /// Made, never started.
    Created,
    /// Runs.
    Running,
    /// Frozen.
    Paused,
    /// Ended, and the engine is about to start it again.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited {
        /// Exit code.
        code: i64,
    },
    /// Could not be removed.
    Dead,
}

impl ContainerState {
    /// Whether a process runs in it.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Running)
    }

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited { .. } => "exited",
            Self::Dead => "dead",
        }
    }
}

/// The engine's verdict on health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Not known yet.
    Starting,
    /// Passed.
    Healthy,
    /// Failed as often as `retries` allows.
    Unhealthy,
}

impl Health {
    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// A mount of an observed container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedMount {
    /// Name of the volume; `None` for binds and tmpfs.
    pub volume: Option<String>,
    /// Path in the container.
    pub target: String,
}

/// A published port of an observed container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedPort {
    /// Address on the host; empty or 0.0.0.0 is all.
    pub host_ip: String,
    /// Port on the host; `None` when only declared.
    pub published: Option<u16>,
    /// Port in the container.
    pub target: u16,
    /// Transport.
    pub protocol: Protocol,
}

/// A container that is not the project's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignContainer {
    /// Name without the leading slash.
    pub name: String,
    /// Project that it belongs to, when it has the label.
    pub project: Option<String>,
    /// Its published ports.
    pub ports: Vec<ObservedPort>,
}

/// A network of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedNetwork {
    /// Id.
    pub id: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A volume of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedVolume {
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Driver.
    pub driver: String,
}

/// An image of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedImage {
    /// Id, `sha256:...`.
    pub id: String,
    /// What it declares; read only where a plan needs it.
    pub config: Option<ImageConfig>,
}

impl Observed {
    /// Containers of one service that are not one-offs, in order of their numbers.
    pub fn replicas<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = &'a ObservedContainer> + 'a {
        self.containers.iter().filter(move |it| it.service == service && !it.is_one_off)
    }
}
