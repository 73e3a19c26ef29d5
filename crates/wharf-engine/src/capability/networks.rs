//! Networks and volumes.

use crate::Result;
use std::collections::BTreeMap;
use std::future::Future;
use wharf_plan::spec::{NetworkAttachment, NetworkSpec, VolumeSpec};
use wharf_plan::{ObservedNetwork, ObservedVolume};

/// Networks of an engine.
pub trait Networks {
    /// Lists all networks by name.
    fn networks(&self) -> impl Future<Output = Result<BTreeMap<String, ObservedNetwork>>> + Send;

    /// Creates a network; `NameInUse` when one of that name is there.
    fn create_network(&self, spec: &NetworkSpec) -> impl Future<Output = Result<()>> + Send;

    /// Removes a network; well done when it is gone, `Conflict` while containers use it.
    fn remove_network(&self, name: &str) -> impl Future<Output = Result<()>> + Send;

    /// Connects a container; well done when it is connected.
    fn connect(
        &self,
        container: &str,
        attachment: &NetworkAttachment,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Volumes of an engine.
pub trait Volumes {
    /// Lists all volumes by name.
    fn volumes(&self) -> impl Future<Output = Result<BTreeMap<String, ObservedVolume>>> + Send;

    /// Creates a volume; well done when one of that name is there.
    fn create_volume(&self, spec: &VolumeSpec) -> impl Future<Output = Result<()>> + Send;

    /// Deletes a volume and its data; well done when it is gone, `Conflict` while it is used.
    fn remove_volume(&self, name: &str) -> impl Future<Output = Result<()>> + Send;
}
