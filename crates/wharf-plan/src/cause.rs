//! Why an action is in a plan, and what it puts at risk.

use serde::Serialize;
use std::fmt;

/// Why an action is in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Cause {
    /// It is wanted and not there.
    NotFound,
    /// What the container was made from has changed.
    Changed {
        /// What exactly.
        changes: Vec<Change>,
    },
    /// The image behind the same reference is another one.
    ImageChanged {
        /// Short id of the container's image.
        from: String,
        /// Short id of the image that the reference names now.
        to: String,
    },
    /// It is there and does not run.
    NotRunning,
    /// The user asked for it (`--force-recreate`, `stop`, `down`, `restart`, ...).
    Requested,
    /// The compose files do not have it any more.
    NotInFiles,
    /// More replicas run than are wanted.
    ScaledDown,
    /// A service that it depends on, or shares a namespace with, is replaced.
    DependencyReplaced {
        /// Name of that service.
        service: String,
    },
    /// An earlier run was cut off and left it half-made.
    Leftover,
    /// Another action needs it.
    NeededBy {
        /// Name of the service that needs it.
        service: String,
    },
    /// The network that it should be connected to is not connected.
    NetworkMissing {
        /// Name of the network on the engine.
        network: String,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not-found"),
            Self::Changed { changes } => {
                let parts: Vec<_> = changes.iter().map(ToString::to_string).collect();
                write!(f, "changed({})", parts.join(", "))
            }
            Self::ImageChanged { from, to } => write!(f, "image-changed({from} -> {to})"),
            Self::NotRunning => f.write_str("not-running"),
            Self::Requested => f.write_str("requested"),
            Self::NotInFiles => f.write_str("not-in-files"),
            Self::ScaledDown => f.write_str("scaled-down"),
            Self::DependencyReplaced { service } => write!(f, "dependency-replaced({service})"),
            Self::Leftover => f.write_str("leftover"),
            Self::NeededBy { service } => write!(f, "needed-by({service})"),
            Self::NetworkMissing { network } => write!(f, "network-missing({network})"),
        }
    }
}

/// One difference between a container and what is wanted. Values of variables are never in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "part")]
pub enum Change {
    /// A variable was added, removed or changed.
    Env {
        /// Name of the variable.
        name: String,
    },
    /// A label was added, removed or changed.
    Label {
        /// Name of the label.
        name: String,
    },
    /// The reference of the image is another one.
    Image {
        /// The container's.
        from: String,
        /// The wanted one.
        to: String,
    },
    /// Any other attribute, by its name in the compose file.
    Attribute {
        /// Name in the compose file (`ports`, `command`, ...).
        name: &'static str,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env { name } => write!(f, "env `{name}`"),
            Self::Label { name } => write!(f, "label `{name}`"),
            Self::Image { from, to } => write!(f, "image {from} -> {to}"),
            Self::Attribute { name } => f.write_str(name),
        }
    }
}

/// What an action puts at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nothing.
    None,
    /// A running container is interrupted.
    Restart,
    /// Data is deleted for good.
    DataLoss,
}
