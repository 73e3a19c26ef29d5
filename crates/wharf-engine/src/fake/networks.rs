//! Networks, volumes, and who is connected to what.

use super::FakeEngine;
use super::state::{Container, Endpoint, Network, State, Volume};
use crate::capability::{Networks, Volumes};
use crate::{EngineError, ErrorKind, Result};
use std::collections::BTreeMap;
use wharf_plan::spec::{NetworkAttachment, NetworkSpec, VolumeSpec};
use wharf_plan::{ObservedNetwork, ObservedVolume};

impl Networks for FakeEngine {
    async fn networks(&self) -> Result<BTreeMap<String, ObservedNetwork>> {
        self.look("networks", "", |state| {
            let observed = state.networks.iter().map(|(name, network)| {
                let labels = network.spec.labels.clone();
                (name.clone(), ObservedNetwork { id: network.id.clone(), labels })
            });
            Ok(observed.collect())
        })
        .await
    }

    async fn create_network(&self, spec: &NetworkSpec) -> Result<()> {
        self.change("create_network", spec.name.clone(), |state| {
            if state.networks.contains_key(&spec.name) {
                let operation = format!("create network `{}`", spec.name);
                let message = format!("network with name {} already exists", spec.name);
                return Err(EngineError::new(ErrorKind::NameInUse, operation, message));
            }
            let id = state.next_id();
            let is_taken = |subnet: &usize| state.networks.values().any(|it| it.subnet == *subnet);
            let subnet = (0..=state.networks.len()).find(|it| !is_taken(it)).unwrap_or_default();
            let network = Network { id, spec: spec.clone(), subnet, last_host: 1 };
            state.networks.insert(spec.name.clone(), network);
            Ok(())
        })
        .await
    }

    async fn remove_network(&self, name: &str) -> Result<()> {
        self.change("remove_network", name.to_owned(), |state| {
            if state.has_active_endpoints(name) {
                let operation = format!("remove network `{name}`");
                let message = format!("network {name} has active endpoints");
                return Err(EngineError::new(ErrorKind::Conflict, operation, message));
            }
            state.networks.remove(name);
            Ok(())
        })
        .await
    }

    async fn connect(&self, container: &str, attachment: &NetworkAttachment) -> Result<()> {
        let argument = format!("{container} {}", attachment.network);
        self.change("connect", argument, |state| state.connect(container, attachment)).await
    }
}

impl Volumes for FakeEngine {
    async fn volumes(&self) -> Result<BTreeMap<String, ObservedVolume>> {
        self.look("volumes", "", |state| {
            let observed = state.volumes.iter().map(|(name, volume)| {
                let labels = volume.labels.clone();
                (name.clone(), ObservedVolume { labels, driver: volume.driver.clone() })
            });
            Ok(observed.collect())
        })
        .await
    }

    async fn create_volume(&self, spec: &VolumeSpec) -> Result<()> {
        self.change("create_volume", spec.name.clone(), |state| {
            state.volumes.entry(spec.name.clone()).or_insert_with(|| Volume {
                labels: spec.labels.clone(),
                driver: spec.driver.clone().unwrap_or_else(|| "local".to_owned()),
                data: Vec::new(),
            });
            Ok(())
        })
        .await
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        self.change("remove_volume", name.to_owned(), |state| {
            let users = state.users_of(name);
            if !users.is_empty() {
                let operation = format!("remove volume `{name}`");
                let message = format!("remove {name}: volume is in use - [{}]", users.join(", "));
                return Err(EngineError::new(ErrorKind::Conflict, operation, message));
            }
            state.delete_volume(name);
            Ok(())
        })
        .await
    }
}

impl State {
    /// Only running containers hold a network.
    fn has_active_endpoints(&self, network: &str) -> bool {
        let holds = |endpoint: &Endpoint| endpoint.network == network && endpoint.address.is_some();
        self.containers.values().any(|it| it.endpoints.iter().any(holds))
    }

    fn connect(&mut self, key: &str, attachment: &NetworkAttachment) -> Result<()> {
        let name = &attachment.network;
        let operation = format!("connect container `{key}` to network `{name}`");
        let id = self.find(key, &operation)?;
        let network = self
            .network_id(name, None)
            .map_err(|error| EngineError { operation: operation.clone(), ..error })?;
        let container = self.container(&id, &operation)?;
        if container.endpoints.iter().any(|it| it.network == *name) {
            return Ok(());
        }
        let runs = container.is_running();
        container.endpoints.push(Endpoint {
            network: name.clone(),
            network_id: Some(network),
            address: None,
        });
        container.spec.networks.push(attachment.clone());
        if runs {
            let address = self.next_address(name, attachment.ipv4_address.as_ref());
            let container = self.container(&id, &operation)?;
            if let Some(endpoint) = container.endpoints.last_mut() {
                endpoint.address = address;
            }
        }
        Ok(())
    }

    /// Connects a container that is about to start; nothing is changed when one of its networks
    /// is gone.
    pub(super) fn join_networks(&mut self, id: &str) -> Result<()> {
        let Some(container) = self.containers.get(id) else { return Ok(()) };
        let mode = container.spec.network_mode.clone().unwrap_or_default();
        if let Some(other) = mode.strip_prefix("container:") {
            let runs = self.containers.get(other).is_some_and(Container::is_running);
            return if runs { Ok(()) } else { Err(cannot_join(other)) };
        }
        let mut endpoints = container.endpoints.clone();
        let wanted = container.spec.networks.clone();
        for endpoint in &mut endpoints {
            let network = self.network_id(&endpoint.network, endpoint.network_id.as_ref())?;
            endpoint.network_id = Some(network);
        }
        for endpoint in &mut endpoints {
            let fixed = wanted.iter().find(|it| it.network == endpoint.network);
            let fixed = fixed.and_then(|it| it.ipv4_address.as_ref());
            endpoint.address = self.next_address(&endpoint.network, fixed);
        }
        if let Some(container) = self.containers.get_mut(id) {
            container.endpoints = endpoints;
        }
        Ok(())
    }

    /// A container remembers the id of its network: another one of the same name is not it.
    fn network_id(&self, name: &str, known: Option<&String>) -> Result<String> {
        let there = self.networks.get(name).map(|network| &network.id);
        match (there, known) {
            (Some(there), None) => Ok(there.clone()),
            (Some(there), Some(known)) if there == known => Ok(there.clone()),
            (_, known) => {
                let wanted = known.map_or(name, String::as_str);
                let message = format!("network {wanted} not found");
                Err(EngineError::new(ErrorKind::NotFound, "", message))
            }
        }
    }

    fn next_address(&mut self, name: &str, fixed: Option<&String>) -> Option<String> {
        let network = self.networks.get_mut(name)?;
        network.last_host += 1;
        let (subnet, host) = (network.subnet, network.last_host);
        Some(fixed.cloned().unwrap_or_else(|| {
            format!("10.{}.{}.{}", 200 + subnet % 50, host / 250, host % 250 + 1)
        }))
    }
}

fn cannot_join(other: &str) -> EngineError {
    let message = format!("cannot join network of a non running container: {other}");
    EngineError::new(ErrorKind::Conflict, "", message)
}
