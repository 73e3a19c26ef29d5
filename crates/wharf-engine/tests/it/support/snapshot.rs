//! A picture of the world without what may differ between two runs: ids and times.

use std::collections::{BTreeMap, BTreeSet};
use wharf_engine::capability::{Containers as _, Networks as _, Volumes as _};
use wharf_engine::fake::FakeEngine;
use wharf_plan::{ContainerState, ObservedContainer, labels};

/// Two worlds with equal pictures serve their users alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) containers: BTreeMap<String, Picture>,
    pub(crate) networks: BTreeSet<String>,
    /// Named volumes, and what was written to them before the run.
    pub(crate) volumes: BTreeMap<String, Vec<String>>,
    /// What was written to each anonymous volume before the run, sorted.
    pub(crate) anonymous: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) state: &'static str,
    pub(crate) image: String,
    pub(crate) hash: Option<String>,
    pub(crate) networks: Vec<String>,
    pub(crate) mode: Option<String>,
    /// By target: the name of a named volume, or what was written to an anonymous one.
    pub(crate) mounts: BTreeMap<String, Vec<String>>,
    pub(crate) files: Vec<String>,
    /// Services whose containers have come since its last start: those that it works on, when it
    /// does its work once, and those that it is to be restarted with.
    pub(crate) has_not_seen: Vec<String>,
}

/// What a test writes to tell data from what containers write themselves.
pub(crate) const MARK: &str = "data of ";

impl Snapshot {
    pub(crate) async fn of(engine: &FakeEngine) -> Self {
        let marks = |name: &str| -> Vec<String> {
            let data = engine.volume_data(name).unwrap_or_default();
            data.into_iter().filter(|line| line.starts_with(MARK)).collect()
        };
        let list = engine.list().await.unwrap();
        let names: BTreeMap<&str, &str> =
            list.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
        let mut containers = BTreeMap::new();
        for container in &list {
            let details = engine.inspect(&container.id).await.unwrap().details;
            let mode =
                details.spec.network_mode.map(|mode| match mode.strip_prefix("container:") {
                    Some(id) => format!("container:{}", names.get(id).unwrap_or(&"gone")),
                    None => mode,
                });
            let mount = |volume: &String| {
                if is_generated(volume) { marks(volume) } else { vec![volume.clone()] }
            };
            let picture = Picture {
                state: container.state.as_str(),
                image: container.image.clone(),
                hash: container.labels.get(labels::HASH).cloned(),
                networks: container.networks.clone(),
                mode,
                mounts: container
                    .mounts
                    .iter()
                    .filter_map(|it| Some((it.target.clone(), mount(it.volume.as_ref()?))))
                    .collect(),
                has_not_seen: has_not_seen(engine, container, &list).await,
                files: engine.files_of(&container.id).into_iter().map(|it| it.path).collect(),
            };
            containers.insert(container.name.clone(), picture);
        }
        let volumes = engine.volumes().await.unwrap();
        let (anonymous, named): (Vec<_>, Vec<_>) =
            volumes.into_keys().partition(|name| is_generated(name));
        let mut anonymous: Vec<_> = anonymous.iter().map(|name| marks(name)).collect();
        anonymous.sort();
        Self {
            containers,
            networks: engine.networks().await.unwrap().into_keys().collect(),
            volumes: named.into_iter().map(|name| (name.clone(), marks(&name))).collect(),
            anonymous,
        }
    }
}

async fn has_not_seen(
    engine: &FakeEngine,
    container: &ObservedContainer,
    all: &[ObservedContainer],
) -> Vec<String> {
    let has_ended = matches!(container.state, ContainerState::Exited { .. });
    let started = engine.state(&container.id).await.unwrap().started_at;
    let needs = container.labels.get(labels::DEPENDS_ON).map_or("", String::as_str);
    let matters = |need: &&str| has_ended || need.ends_with(":true");
    let needs = needs.split(',').filter(matters).filter_map(|need| need.split(':').next());
    let is_newer =
        |name: &&str| all.iter().any(|it| it.service == **name && it.created * 1000 > started);
    needs.filter(is_newer).map(str::to_owned).collect()
}

pub(crate) fn is_generated(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Writes to every volume whose it is, so that it can be found again.
pub(crate) async fn mark_volumes(engine: &FakeEngine) {
    for container in engine.list().await.unwrap() {
        for mount in &container.mounts {
            let Some(volume) = &mount.volume else { continue };
            let mark = if is_generated(volume) {
                format!("{MARK}{} {}", container.name, mount.target)
            } else {
                format!("{MARK}{volume}")
            };
            if !engine.volume_data(volume).unwrap_or_default().contains(&mark) {
                engine.write_volume(volume, &mark);
            }
        }
    }
}
