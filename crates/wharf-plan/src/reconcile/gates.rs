//! Waits: nodes that end when a container has reached a state.

use super::up::Draft;
use crate::{Action, Address, Cause, Edge, Gate, NodeId, ObservedContainer, Target};
use std::collections::BTreeMap;
use wharf_compose::model::{Condition, Dependency};

/// A container of the wanted stack, and the node behind which it is there to be waited for.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// Number of the replica.
    pub(super) number: u32,
    /// The container.
    pub(super) target: Target,
    /// The node that starts it; `None` when it runs already.
    pub(super) started_by: Option<NodeId>,
    /// What the observation says, so that no wait is planned for what is so already.
    pub(super) is_ready: bool,
    /// It is ready, and by a health check that has passed.
    pub(super) is_healthy: bool,
    /// It ended with exit code 0 and stays so.
    pub(super) is_completed: bool,
    /// When it was created, Unix seconds; `None` when this plan creates it.
    pub(super) created: Option<i64>,
}

impl Standing {
    /// A container that this plan creates and starts.
    pub(super) fn of_new(number: u32, target: Target, started_by: NodeId) -> Self {
        Self {
            number,
            target,
            started_by: Some(started_by),
            is_ready: false,
            is_healthy: false,
            is_completed: false,
            created: None,
        }
    }

    /// The node that creates it, when this plan does.
    pub(super) fn made_by(&self) -> Option<NodeId> {
        match self.target {
            Target::Created(node) => Some(node),
            Target::Existing { .. } => None,
        }
    }

    /// Whether it is younger than that container: it was replaced since, by this plan or by a
    /// run that was cut off before it came to what depends on it.
    pub(super) fn is_newer_than(&self, container: &ObservedContainer) -> bool {
        self.created.is_none_or(|created| created > container.created)
    }
}

/// Waits that were planned, each once.
pub(super) type Gates = BTreeMap<(String, u32, Gate), NodeId>;

/// Edges that hold a service back until its dependency has reached the wanted state.
pub(super) fn dependency_edges(
    draft: &mut Draft<'_>,
    gates: &mut Gates,
    name: &str,
    dependency: &Dependency,
) -> Vec<Edge> {
    let standing = draft.standing.get(name).cloned().unwrap_or_default();
    let mut edges = Vec::new();
    for container in &standing {
        let node = match dependency.condition {
            Condition::Started => container.started_by,
            Condition::Healthy if container.is_healthy => None,
            Condition::Healthy => Some(gate(draft, gates, name, container, Gate::Healthy)),
            Condition::Completed if container.is_completed => None,
            Condition::Completed => Some(gate(draft, gates, name, container, Gate::Completed)),
        };
        let edge = if dependency.required { Edge::Success } else { Edge::End };
        edges.extend(node.map(edge));
    }
    edges
}

/// Plans the waits at the end of a run: everything selected is up.
pub(super) fn final_gates(draft: &mut Draft<'_>, gates: &mut Gates) {
    let names: Vec<String> = draft.selection.iter().cloned().collect();
    for name in names {
        let is_one_shot = draft.desired.services.get(&name).is_some_and(|it| it.is_one_shot);
        let standing = draft.standing.get(&name).cloned().unwrap_or_default();
        for container in standing {
            if container.is_ready || container.is_completed {
                continue;
            }
            if is_one_shot {
                gate(draft, gates, &name, &container, Gate::Completed);
            } else if !gates.contains_key(&(name.clone(), container.number, Gate::Healthy)) {
                gate(draft, gates, &name, &container, Gate::Ready);
            }
        }
    }
}

fn gate(
    draft: &mut Draft<'_>,
    gates: &mut Gates,
    name: &str,
    container: &Standing,
    gate: Gate,
) -> NodeId {
    let nodes = &mut draft.nodes;
    let key = (name.to_owned(), container.number, gate);
    *gates.entry(key).or_insert_with(|| {
        nodes.push(
            Address::service(name, container.number),
            Action::Await { target: container.target.clone(), gate },
            Cause::Requested,
            container.started_by.map(Edge::Success),
        )
    })
}
