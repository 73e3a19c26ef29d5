//! `down`: containers and networks go; volumes only on the user's word.

use super::containers::is_generated;
use super::lifecycle::{Graph, address};
use super::up::{existing, may_run};
use crate::{
    Action, Address, Cause, ContainerState, Edge, NodeId, Observed, Plan, PlanBuilder, Removal,
    labels,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the command line asks of `down`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownOptions {
    /// Services; none is the whole project.
    pub services: BTreeSet<String>,
    /// Deletes the project's volumes too.
    pub scope: Scope,
    /// Time between stop signal and SIGKILL; `None` is the container's own.
    pub grace: Option<Duration>,
    /// Services whose containers stay: orphans, as long as nobody asked for their removal.
    pub kept: BTreeSet<String>,
    /// Names of volumes and networks that are external and must stay, whatever their labels.
    pub external: BTreeSet<String>,
}

/// How much goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Containers and networks.
    KeepData,
    /// Volumes too, with their data.
    DeleteData,
}

/// Plans `down` from what carries the project's labels; no compose file is needed.
pub fn down(project: &str, observed: &Observed, options: &DownOptions) -> Plan {
    let mut nodes = PlanBuilder::default();
    let removed = containers(&mut nodes, observed, options);
    if options.services.is_empty() {
        let is_own = |of: &BTreeMap<String, String>, name: &String| {
            of.get(labels::PROJECT).is_some_and(|owner| owner == project)
                && !options.external.contains(name)
        };
        let kept: Vec<_> =
            observed.containers.iter().filter(|it| options.kept.contains(&it.service)).collect();
        for (name, network) in &observed.networks {
            let is_used = kept.iter().any(|it| it.networks.contains(name));
            if is_own(&network.labels, name) && !is_used {
                let key = network.labels.get(labels::NETWORK).unwrap_or(name);
                let action = Action::RemoveNetwork { name: name.clone() };
                let after = users(&removed, |it| it.networks.contains(name));
                nodes.push(Address::Network(key.clone()), action, Cause::Requested, after);
            }
        }
        for (name, volume) in &observed.volumes {
            let is_used = kept
                .iter()
                .any(|it| it.mounts.iter().any(|mount| mount.volume.as_ref() == Some(name)));
            let is_unwanted =
                options.scope == Scope::DeleteData && !is_used && !options.external.contains(name);
            if is_unwanted && (is_own(&volume.labels, name) || is_carried(&removed, name)) {
                let key = volume.labels.get(labels::VOLUME).cloned().unwrap_or_else(|| short(name));
                let action = Action::RemoveVolume { name: name.clone() };
                let after = users(&removed, |it| {
                    it.mounts.iter().any(|mount| mount.volume.as_ref() == Some(name))
                });
                nodes.push(Address::Volume(key), action, Cause::Requested, after);
            }
        }
    }
    nodes.finish(project)
}

type Removed<'a> = Vec<(&'a crate::ObservedContainer, NodeId)>;

fn containers<'a>(
    nodes: &mut PlanBuilder,
    observed: &'a Observed,
    options: &DownOptions,
) -> Removed<'a> {
    let graph = Graph::new(observed);
    let mut stopped: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
    let mut removed = Removed::new();
    for name in graph.order(true) {
        let before: Vec<Edge> = graph
            .neighbours(&name, true)
            .filter_map(|other| stopped.get(other))
            .flatten()
            .map(|id| Edge::End(*id))
            .collect();
        let mut ends = Vec::new();
        let is_wanted = !options.kept.contains(&name)
            && (options.services.is_empty() || options.services.contains(&name));
        let mine = observed.containers.iter().filter(|it| is_wanted && it.service == name);
        for container in mine {
            let mut after = before.clone();
            if may_run(container) {
                let action =
                    Action::StopContainer { target: existing(container), grace: options.grace };
                let stop = nodes.push(address(container), action, Cause::Requested, after);
                ends.push(stop);
                after = vec![Edge::Success(stop)];
            }
            let removal = removal(container, options.scope);
            let action = Action::RemoveContainer { target: existing(container), removal };
            let id = nodes.push(address(container), action, Cause::Requested, after);
            removed.push((container, id));
        }
        let passed = before.iter().map(|edge| edge.node());
        stopped.insert(name, if ends.is_empty() { passed.collect() } else { ends });
    }
    removed
}

fn removal(container: &crate::ObservedContainer, scope: Scope) -> Removal {
    match scope {
        Scope::DeleteData if has_anonymous_volumes(container) => Removal::WithVolumes,
        Scope::DeleteData => Removal::KeepVolumes,
        Scope::KeepData if container.state == ContainerState::Created => Removal::NeverStarted,
        Scope::KeepData => Removal::KeepVolumes,
    }
}

/// An anonymous volume of one of the containers: those that a replacement took over from the
/// container before it do not go with it, as an engine deletes only what it made for a container.
fn is_carried(removed: &Removed<'_>, name: &String) -> bool {
    let has = |it: &crate::ObservedContainer| {
        it.mounts.iter().any(|mount| mount.volume.as_ref() == Some(name))
    };
    is_generated(name) && removed.iter().any(|(it, _)| has(it))
}

/// The name, or the beginning of one that an engine gave.
fn short(name: &str) -> String {
    let length = if is_generated(name) { 12 } else { name.len() };
    name.chars().take(length).collect()
}

fn has_anonymous_volumes(container: &crate::ObservedContainer) -> bool {
    let mut volumes = container.mounts.iter().filter_map(|mount| mount.volume.as_ref());
    volumes.any(|name| is_generated(name))
}

fn users<'a>(
    removed: &'a Removed<'a>,
    uses: impl Fn(&crate::ObservedContainer) -> bool,
) -> Vec<Edge> {
    removed.iter().filter(|(it, _)| uses(it)).map(|(_, id)| Edge::Success(*id)).collect()
}
