//! `stop`, `start`, `restart`, `kill`: what is there, in the order of dependencies.

use super::up::{existing, may_run};
use crate::{
    Action, Address, Cause, ContainerState, Edge, Gate, NodeId, Observed, ObservedContainer, Plan,
    PlanBuilder, labels,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What is done to containers that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// Stops what runs, dependents first.
    Stop {
        /// Time between stop signal and SIGKILL; `None` is the container's own.
        grace: Option<Duration>,
    },
    /// Starts what does not run, dependencies first, and waits until it is ready.
    Start,
    /// Restarts what runs and starts what does not, dependencies first, and waits.
    Restart {
        /// Time between stop signal and SIGKILL; `None` is the container's own.
        grace: Option<Duration>,
    },
    /// Sends a signal to what runs.
    Kill {
        /// Name or number of the signal.
        signal: String,
    },
}

/// Plans a change to containers that are there; `services` empty is all.
pub fn lifecycle(
    project: &str,
    observed: &Observed,
    services: &BTreeSet<String>,
    what: &Lifecycle,
) -> Plan {
    let containers = selected(observed, services);
    let graph = Graph::new(observed);
    let mut nodes = PlanBuilder::default();
    let mut by_service: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
    let is_backwards = matches!(what, Lifecycle::Stop { .. });
    for name in graph.order(is_backwards) {
        let before: Vec<Edge> = graph
            .neighbours(&name, is_backwards)
            .filter_map(|other| by_service.get(other))
            .flatten()
            .map(|id| Edge::End(*id))
            .collect();
        let mut last = Vec::new();
        for container in containers.iter().filter(|it| it.service == name) {
            last.extend(step(&mut nodes, container, what, &before));
        }
        // A service without a step of its own passes on what came before it.
        let passed = before.iter().map(|edge| edge.node());
        let ends = if last.is_empty() { passed.collect() } else { last };
        by_service.insert(name, ends);
    }
    nodes.finish(project)
}

fn selected<'a>(observed: &'a Observed, services: &BTreeSet<String>) -> Vec<&'a ObservedContainer> {
    let is_wanted = |it: &&ObservedContainer| services.is_empty() || services.contains(&it.service);
    observed.containers.iter().filter(|it| !it.is_one_off).filter(is_wanted).collect()
}

fn step(
    nodes: &mut PlanBuilder,
    container: &ObservedContainer,
    what: &Lifecycle,
    before: &[Edge],
) -> Option<NodeId> {
    let target = existing(container);
    let runs = may_run(container);
    let action = match what {
        Lifecycle::Stop { grace } if runs => {
            Action::StopContainer { target: target.clone(), grace: *grace }
        }
        Lifecycle::Kill { signal } if container.state.is_running() => {
            Action::KillContainer { target: target.clone(), signal: signal.clone() }
        }
        Lifecycle::Restart { grace } if runs => {
            Action::RestartContainer { target: target.clone(), grace: *grace }
        }
        Lifecycle::Start | Lifecycle::Restart { .. }
            if !runs && container.state != ContainerState::Removing =>
        {
            Action::StartContainer { target: target.clone() }
        }
        _ => {
            nodes.keep();
            return None;
        }
    };
    let waits = matches!(what, Lifecycle::Start | Lifecycle::Restart { .. });
    let id = nodes.push(address(container), action, Cause::Requested, before.to_vec());
    if !waits {
        return Some(id);
    }
    let wait = Action::Await { target, gate: Gate::Ready };
    Some(nodes.push(address(container), wait, Cause::Requested, [Edge::Success(id)]))
}

/// Address of an observed container.
pub(super) fn address(container: &ObservedContainer) -> Address {
    if container.is_one_off {
        return Address::Container(container.name.clone());
    }
    Address::service(&container.service, container.number)
}

/// Dependencies as the labels of the containers tell them, so that no compose file is needed.
pub(super) struct Graph {
    needs: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(super) fn new(observed: &Observed) -> Self {
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for container in &observed.containers {
            let entry = needs.entry(container.service.clone()).or_default();
            let label = container.labels.get(labels::DEPENDS_ON).map_or("", String::as_str);
            let names = label.split(',').filter_map(|part| part.split(':').next());
            entry.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
        }
        Self { needs }
    }

    /// Services, dependencies first, or dependents first.
    pub(super) fn order(&self, is_backwards: bool) -> Vec<String> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        self.needs.keys().for_each(|name| self.visit(name, &mut seen, &mut order));
        if is_backwards {
            order.reverse();
        }
        order
    }

    /// What comes right before a service in that order: its dependencies, or its dependents.
    pub(super) fn neighbours<'a>(
        &'a self,
        name: &'a str,
        is_backwards: bool,
    ) -> impl Iterator<Item = &'a String> + 'a {
        self.needs
            .iter()
            .filter(move |(other, needs)| {
                if is_backwards {
                    needs.contains(name)
                } else {
                    self.needs.get(name).is_some_and(|needs| needs.contains(*other))
                }
            })
            .map(|(other, _)| other)
    }

    /// A cycle, which only labels that somebody edited can have, is cut where it closes.
    fn visit(&self, name: &str, seen: &mut BTreeSet<String>, order: &mut Vec<String>) {
        if !self.needs.contains_key(name) || !seen.insert(name.to_owned()) {
            return;
        }
        let needs = self.needs.get(name).into_iter().flatten();
        needs.for_each(|other| self.visit(other, seen, order));
        order.push(name.to_owned());
    }
}
