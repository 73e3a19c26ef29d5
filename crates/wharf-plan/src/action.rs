//! Actions: each is one remote call, or one wait.

use crate::hash::{container_hash, digest, files_hash, network_hash};
use crate::spec::{BuildSpec, ContainerSpec, FileSpec, NetworkAttachment, NetworkSpec, VolumeSpec};
use crate::{NodeId, Risk};
use std::time::Duration;

/// The container that an action works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One that was observed.
    Existing {
        /// Full id on the engine.
        id: String,
        /// Name at the time of observation.
        name: String,
    },
    /// One that an earlier action of the same plan creates.
    Created(NodeId),
}

/// What a wait waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// It is healthy where it has a health check, and runs or has ended with exit code 0 where
    /// it has none.
    Ready,
    /// Its health check has passed; having none is a failure.
    Healthy,
    /// It has ended with exit code 0.
    Completed,
}

/// How a container is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Its anonymous volumes stay.
    KeepVolumes,
    /// Its anonymous volumes go too; only on the user's word.
    WithVolumes,
    /// It was created by a run that was cut off and never started: the volumes that were made
    /// with it hold nothing but the image's files and go too. Volumes carried over from another
    /// container are not its own and stay.
    NeverStarted,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Gets an image from its registry.
    PullImage {
        /// Reference.
        reference: String,
        /// `os[/arch]`.
        platform: Option<String>,
    },
    /// Builds an image.
    BuildImage(Box<BuildSpec>),
    /// Creates a network.
    CreateNetwork(Box<NetworkSpec>),
    /// Removes a network.
    RemoveNetwork {
        /// Name on the engine.
        name: String,
    },
    /// Creates a volume.
    CreateVolume(Box<VolumeSpec>),
    /// Deletes a volume and its data.
    RemoveVolume {
        /// Name on the engine.
        name: String,
    },
    /// Creates a container under `name`, which may be a passing one.
    CreateContainer {
        /// Name to create it under.
        name: String,
        /// What to create.
        spec: Box<ContainerSpec>,
    },
    /// Joins a further network.
    ConnectNetwork {
        /// The container.
        target: Target,
        /// The network.
        attachment: NetworkAttachment,
    },
    /// Puts files into a container that is not started yet.
    UploadFiles {
        /// The container.
        target: Target,
        /// The files.
        files: Vec<FileSpec>,
    },
    /// Starts a container.
    StartContainer {
        /// The container.
        target: Target,
    },
    /// Stops a container: its stop signal, then SIGKILL.
    StopContainer {
        /// The container.
        target: Target,
        /// Time between the two; `None` is the container's own.
        grace: Option<Duration>,
    },
    /// Sends a signal.
    KillContainer {
        /// The container.
        target: Target,
        /// Name or number of the signal.
        signal: String,
    },
    /// Stops and starts a container in one call.
    RestartContainer {
        /// The container.
        target: Target,
        /// Time between stop signal and SIGKILL; `None` is the container's own.
        grace: Option<Duration>,
    },
    /// Removes a container, killing it if it runs.
    RemoveContainer {
        /// The container.
        target: Target,
        /// What becomes of its anonymous volumes.
        removal: Removal,
    },
    /// Renames a container.
    RenameContainer {
        /// The container.
        target: Target,
        /// The new name.
        to: String,
    },
    /// Waits until a container has reached a state.
    Await {
        /// The container.
        target: Target,
        /// The state.
        gate: Gate,
    },
}

impl Action {
    /// One word for what is done.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::PullImage { .. } => "pull",
            Self::BuildImage(_) => "build",
            Self::CreateNetwork(_) | Self::CreateVolume(_) | Self::CreateContainer { .. } => {
                "create"
            }
            Self::RemoveNetwork { .. }
            | Self::RemoveVolume { .. }
            | Self::RemoveContainer { .. } => "remove",
            Self::ConnectNetwork { .. } => "connect",
            Self::UploadFiles { .. } => "upload",
            Self::StartContainer { .. } => "start",
            Self::StopContainer { .. } => "stop",
            Self::KillContainer { .. } => "kill",
            Self::RestartContainer { .. } => "restart",
            Self::RenameContainer { .. } => "rename",
            Self::Await { .. } => "await",
        }
    }

    /// What the verb applies, for the text form: a name, a reference, a state.
    pub fn argument(&self) -> Option<String> {
        match self {
            Self::CreateContainer { name, spec } => Some(format!("{name} from {}", spec.image)),
            Self::ConnectNetwork { attachment, .. } => Some(attachment.network.clone()),
            Self::RemoveNetwork { name } | Self::RemoveVolume { name } => Some(name.clone()),
            Self::CreateNetwork(spec) => Some(spec.name.clone()),
            Self::CreateVolume(spec) => Some(spec.name.clone()),
            Self::RenameContainer { to, .. } => Some(to.clone()),
            Self::KillContainer { signal, .. } => Some(signal.clone()),
            Self::UploadFiles { files, .. } => {
                let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
                Some(paths.join(" "))
            }
            Self::Await { gate, .. } => Some(gate.as_str().to_owned()),
            Self::RemoveContainer { removal: Removal::WithVolumes, .. } => {
                Some("with volumes".to_owned())
            }
            _ => None,
        }
    }

    /// Sixteen digits that change with anything that a created container or network is made from.
    pub(crate) fn digest(&self) -> Option<String> {
        let whole = match self {
            Self::CreateContainer { spec, .. } => {
                let files = files_hash(&spec.files).unwrap_or_default();
                format!("{}{files}", container_hash(spec))
            }
            Self::CreateNetwork(spec) => network_hash(spec),
            _ => return None,
        };
        Some(digest(&whole))
    }

    /// The container that it works on, when it is one.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::ConnectNetwork { target, .. }
            | Self::UploadFiles { target, .. }
            | Self::StartContainer { target }
            | Self::StopContainer { target, .. }
            | Self::KillContainer { target, .. }
            | Self::RestartContainer { target, .. }
            | Self::RemoveContainer { target, .. }
            | Self::RenameContainer { target, .. }
            | Self::Await { target, .. } => Some(target),
            _ => None,
        }
    }

    /// Whether it changes anything; a wait does not.
    pub fn is_change(&self) -> bool {
        !matches!(self, Self::Await { .. })
    }

    /// What it puts at risk by its nature.
    pub fn risk(&self) -> Risk {
        match self {
            Self::RemoveVolume { .. }
            | Self::RemoveContainer { removal: Removal::WithVolumes, .. } => Risk::DataLoss,
            Self::StopContainer { .. }
            | Self::KillContainer { .. }
            | Self::RestartContainer { .. } => Risk::Restart,
            _ => Risk::None,
        }
    }
}

impl Gate {
    /// Word for the text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Healthy => "healthy",
            Self::Completed => "completed",
        }
    }
}
