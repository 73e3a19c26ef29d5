//! What the engine tells of a container.

use super::state::{Container, State};
use crate::capability::ContainerReport;
use std::time::Duration;
use tokio::time::Instant;
use wharf_plan::spec::{ContainerSpec, MountSource};
use wharf_plan::{
    ContainerDetails, ContainerState, Health, ImageConfig, ObservedContainer, ObservedMount,
    ObservedPort, labels,
};

/// All containers, in the order of their names.
pub(super) fn list(state: &State) -> Vec<ObservedContainer> {
    let mut list: Vec<_> = state.containers.values().map(|it| observed(state, it)).collect();
    list.sort_by(|left, right| left.name.cmp(&right.name));
    list
}

fn observed(state: &State, container: &Container) -> ObservedContainer {
    let label = |name: &str| container.spec.labels.get(name).cloned().unwrap_or_default();
    let names_its_image =
        state.references.get(&container.spec.image).is_none_or(|id| *id == container.image_id);
    let image = if names_its_image { &container.spec.image } else { &container.image_id };
    let mut networks: Vec<_> = container.endpoints.iter().map(|it| it.network.clone()).collect();
    networks.sort();
    ObservedContainer {
        id: container.id.clone(),
        name: container.name.clone(),
        service: label(labels::SERVICE),
        number: label(labels::NUMBER).parse().unwrap_or(0),
        is_one_off: label(labels::ONE_OFF).eq_ignore_ascii_case("true"),
        image: image.clone(),
        image_id: container.image_id.clone(),
        state: container.state,
        health: health(container),
        labels: container.spec.labels.clone(),
        networks,
        network_ids: container
            .endpoints
            .iter()
            .filter_map(|it| Some((it.network.clone(), it.network_id.clone()?)))
            .collect(),
        mounts: mounts(container),
        ports: ports(container),
        created: container.created,
        started_at: None,
        status: status(container),
        details: None,
    }
}

/// The details without what the image declares.
pub(super) fn report(container: &Container) -> ContainerReport {
    let address = |it: &super::state::Endpoint| Some((it.network.clone(), it.address.clone()?));
    ContainerReport {
        id: container.id.clone(),
        name: container.name.clone(),
        state: container.state,
        health: health(container),
        health_output: container.process.as_ref().and_then(|it| it.health_output.clone()),
        restart_count: container.restart_count,
        error: container.error.clone(),
        image_id: container.image_id.clone(),
        started_at: container.started_at,
        addresses: container.endpoints.iter().filter_map(address).collect(),
        details: ContainerDetails { spec: details(container), image: ImageConfig::default() },
    }
}

/// A volume with a generated name is anonymous, also where it was taken over by that name.
fn details(container: &Container) -> ContainerSpec {
    let mut spec = container.spec.clone();
    for mount in &mut spec.mounts {
        if let MountSource::Volume { name, .. } = &mount.source
            && name.len() == 64
            && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            mount.source = MountSource::Anonymous;
        }
    }
    spec
}

fn health(container: &Container) -> Option<Health> {
    container.process.as_ref().and_then(|process| process.health)
}

fn mounts(container: &Container) -> Vec<ObservedMount> {
    let mount = |it: &super::state::MountPoint| ObservedMount {
        volume: it.volume.clone(),
        target: it.target.clone(),
    };
    container.mounts.iter().map(mount).collect()
}

/// Published ports, and while it runs those that are only declared.
fn ports(container: &Container) -> Vec<ObservedPort> {
    let mut ports = container.ports.clone();
    if container.is_running() {
        let declared = container.spec.exposed.iter().filter_map(|it| declared_port(it));
        let is_published = |port: &ObservedPort| {
            container
                .ports
                .iter()
                .any(|it| (it.target, it.protocol) == (port.target, port.protocol))
        };
        ports.extend(declared.filter(|port| !is_published(port)));
    }
    ports.sort();
    ports
}

fn declared_port(text: &str) -> Option<ObservedPort> {
    use wharf_compose::model::Protocol;
    let (port, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = match protocol {
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => Protocol::Tcp,
    };
    Some(ObservedPort {
        host_ip: String::new(),
        published: None,
        target: port.parse().ok()?,
        protocol,
    })
}

fn status(container: &Container) -> String {
    let since = container.process.as_ref().map(|it| Instant::now() - it.started);
    let up = format!("Up {} seconds", since.as_ref().map_or(0, Duration::as_secs));
    match (container.state, health(container)) {
        (ContainerState::Running, Some(Health::Starting)) => format!("{up} (health: starting)"),
        (ContainerState::Running, Some(health)) => format!("{up} ({})", health.as_str()),
        (ContainerState::Running, None) => up,
        (ContainerState::Paused, _) => format!("{up} (Paused)"),
        (ContainerState::Exited { code }, _) => format!("Exited ({code}) 1 second ago"),
        (ContainerState::Restarting, _) => "Restarting (1) 1 second ago".to_owned(),
        (ContainerState::Created, _) => "Created".to_owned(),
        (ContainerState::Removing, _) => "Removal In Progress".to_owned(),
        (ContainerState::Dead, _) => "Dead".to_owned(),
    }
}
