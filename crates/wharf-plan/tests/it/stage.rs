//! Projects from compose text, and the world after they were brought up.

use std::collections::BTreeMap;
use wharf_compose::model::{Project, Published};
use wharf_compose::{LoadOptions, MemoryFiles, load};
use wharf_plan::spec::{HealthSpec, MountSource};
use wharf_plan::{
    ContainerDetails, ContainerSpec, ContainerState, Desired, DesiredService, Health, ImageConfig,
    Observed, ObservedContainer, ObservedImage, ObservedMount, ObservedNetwork, ObservedPort,
    ObservedVolume, Secret, Values, labels, needed_values,
};

/// Reads compose text as project `shop`.
pub(crate) fn project(text: &str) -> Project {
    let files = MemoryFiles::default().with("/shop/compose.yaml", text);
    let options = LoadOptions { current_directory: "/shop".into(), ..LoadOptions::default() };
    let loaded = load(&options, &files);
    loaded.project.unwrap_or_else(|| panic!("{text}\n{:#?}", loaded.diagnostics))
}

/// Resolves compose text; every secret and config that must be read has this content.
pub(crate) fn desired_with(text: &str, content: &str) -> Desired {
    let project = project(text);
    let mut values = Values::default();
    for needed in needed_values(&project) {
        values.stores.insert((needed.kind, needed.key), Secret::new(content));
    }
    Desired::resolve(&project, &values).unwrap()
}

pub(crate) fn desired(text: &str) -> Desired {
    desired_with(text, "content")
}

/// The world right after `up`: everything runs, is healthy, and has the wanted hash.
pub(crate) fn after_up(desired: &Desired) -> Observed {
    let mut observed = Observed::default();
    for network in desired.networks.values().map(|it| &it.spec) {
        let id = id(&network.name);
        let labels = network.labels.clone();
        observed.networks.insert(network.name.clone(), ObservedNetwork { id, labels });
    }
    for volume in desired.volumes.values().map(|it| &it.spec) {
        let there = ObservedVolume { labels: volume.labels.clone(), driver: "local".to_owned() };
        observed.volumes.insert(volume.name.clone(), there);
    }
    for (age, name) in desired.in_order().into_iter().enumerate() {
        let service = &desired.services[name];
        let image = &service.template.image;
        let config = Some(ImageConfig::default());
        observed.images.insert(image.clone(), ObservedImage { id: image_id(image), config });
        for number in 1..=service.replicas {
            let container = container(desired, service, number, age);
            observed.containers.push(container);
        }
    }
    let mounts = observed.containers.iter().flat_map(|it| &it.mounts);
    for name in mounts.filter_map(|it| it.volume.clone()) {
        let anonymous = || ObservedVolume { labels: BTreeMap::new(), driver: "local".to_owned() };
        observed.volumes.entry(name).or_insert_with(anonymous);
    }
    observed.containers.sort_by(|a, b| (&a.service, a.number).cmp(&(&b.service, b.number)));
    observed
}

fn container(
    desired: &Desired,
    service: &DesiredService,
    number: u32,
    age: usize,
) -> ObservedContainer {
    let spec = service.container(&desired.project, number);
    let state = if service.is_one_shot {
        ContainerState::Exited { code: 0 }
    } else {
        ContainerState::Running
    };
    let networks: Vec<String> = spec.networks.iter().map(|it| it.network.clone()).collect();
    let mount = |mount: &wharf_plan::spec::MountSpec| ObservedMount {
        volume: match &mount.source {
            MountSource::Volume { name, .. } => Some(name.clone()),
            MountSource::Anonymous => Some(id(&format!("{} {}", spec.name, mount.target))),
            _ => None,
        },
        target: mount.target.clone(),
    };
    let port = |port: &wharf_plan::spec::PortSpec| ObservedPort {
        host_ip: port.host_ip.clone().unwrap_or_default(),
        published: match port.published {
            Published::Port(number) | Published::Range(number, _) => Some(number),
            Published::Ephemeral => Some(49_153),
        },
        target: port.target,
        protocol: port.protocol,
    };
    ObservedContainer {
        id: id(&spec.name),
        name: spec.name.clone(),
        service: service.name.clone(),
        number,
        is_one_off: false,
        image: spec.image.clone(),
        image_id: image_id(&spec.image),
        state,
        health: spec
            .healthcheck
            .as_ref()
            .filter(|_| state.is_running())
            .map(|_: &HealthSpec| Health::Healthy),
        network_ids: networks.iter().map(|name| (name.clone(), id(name))).collect(),
        networks,
        mounts: spec.mounts.iter().map(mount).collect(),
        ports: spec.ports.iter().map(port).collect(),
        started_at: None,
        created: 1_000_000 + i64::try_from(age).unwrap(),
        status: String::new(),
        details: None,
        labels: spec.labels,
    }
}

/// The id of something of this name: 64 hexadecimal digits that begin with its letters.
pub(crate) fn id(name: &str) -> String {
    let hex = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    let digits = name.bytes().rev().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]);
    digits.chain(std::iter::repeat('0')).take(64).collect()
}

pub(crate) fn image_id(reference: &str) -> String {
    format!("sha256:{}", id(reference))
}

/// The container of this name.
pub(crate) fn named<'a>(observed: &'a mut Observed, name: &str) -> &'a mut ObservedContainer {
    observed.containers.iter_mut().find(|it| it.name == name).unwrap()
}

/// Makes the containers look as if Docker Compose had made them from these specifications: no
/// label of wharf's, and everything that `inspect` says.
pub(crate) fn made_by_docker_compose(observed: &mut Observed, desired: &Desired) {
    for container in &mut observed.containers {
        let service = &desired.services[&container.service];
        let spec = service.container(&desired.project, container.number);
        container.labels.remove(labels::HASH);
        container.labels.remove(labels::FILES_HASH);
        container.labels.insert(labels::COMPOSE_HASH.to_owned(), "c".repeat(64));
        container.details = Some(Box::new(inspected(&spec, &ImageConfig::default())));
    }
}

/// What an engine keeps of a container: the image's declarations merged in.
pub(crate) fn inspected(spec: &ContainerSpec, image: &ImageConfig) -> ContainerDetails {
    let mut kept = spec.clone();
    let env: BTreeMap<_, _> =
        image.env.iter().map(|(name, value)| (name.clone(), Some(Secret::new(value)))).collect();
    kept.env = env.into_iter().chain(spec.env.clone()).filter(|(_, it)| it.is_some()).collect();
    kept.entrypoint.get_or_insert_with(|| image.entrypoint.clone());
    if kept.command.is_none() && spec.entrypoint.is_none() {
        kept.command = Some(image.command.clone());
    }
    kept.command.get_or_insert_default();
    kept.files.clear();
    ContainerDetails { spec: kept, image: image.clone() }
}
