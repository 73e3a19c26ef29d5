//! Names of things in a plan.

use serde::{Serialize, Serializer};

/// Name of one thing in a plan: `service/api/1`, `network/default`, `volume/data`,
/// `image/postgres:16`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// An image by reference.
    Image(String),
    /// A network by key.
    Network(String),
    /// A volume by key.
    Volume(String),
    /// One container of a service.
    Service {
        /// Name of the service.
        service: String,
        /// Number of the replica, from 1.
        number: u32,
    },
    /// A container that no service of the project accounts for, by name.
    Container(String),
}

impl Address {
    /// Address of a container of a service.
    pub fn service(service: impl Into<String>, number: u32) -> Self {
        Self::Service { service: service.into(), number }
    }

    /// Name of the service, when it is one.
    pub fn service_name(&self) -> Option<&str> {
        match self {
            Self::Service { service, .. } => Some(service),
            _ => None,
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Image(reference) => write!(f, "image/{reference}"),
            Self::Network(key) => write!(f, "network/{key}"),
            Self::Volume(key) => write!(f, "volume/{key}"),
            Self::Service { service, number } => write!(f, "service/{service}/{number}"),
            Self::Container(name) => write!(f, "container/{name}"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
