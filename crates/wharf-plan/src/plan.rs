//! The plan: a directed graph of actions without cycles.

use crate::{Action, Address, Cause, Risk};
use serde::{Serialize, Serializer};
use std::fmt::Write as _;

/// Number of a node; a node only follows nodes with smaller numbers, so no cycle can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NodeId(pub usize);

/// That a node follows another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// The other must have succeeded.
    Success(NodeId),
    /// The other must have ended, well or not (a dependency with `required: false`, a removal
    /// that others need not wait for).
    End(NodeId),
}

impl Edge {
    /// The node that is followed.
    pub fn node(self) -> NodeId {
        match self {
            Self::Success(node) | Self::End(node) => node,
        }
    }
}

/// One action with its reasons and its place in the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// What it works on.
    pub address: Address,
    /// What it does.
    pub action: Action,
    /// Why.
    pub cause: Cause,
    /// What is at risk.
    pub risk: Risk,
    /// What it follows, sorted.
    pub after: Vec<Edge>,
}

/// What to do. Two plans from the same project and the same observation are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Name of the project.
    pub project: String,
    /// Containers that are wanted, there, and left as they are.
    pub unchanged: usize,
    nodes: Vec<Node>,
}

/// Collects nodes in an order in which every node comes behind what it follows.
#[derive(Debug, Default)]
pub struct PlanBuilder {
    nodes: Vec<Node>,
    unchanged: usize,
}

impl PlanBuilder {
    /// Adds a node; edges to nodes that are not there yet cannot be expressed.
    pub fn push(
        &mut self,
        address: Address,
        action: Action,
        cause: Cause,
        after: impl IntoIterator<Item = Edge>,
    ) -> NodeId {
        let id = NodeId(self.nodes.len());
        let mut after: Vec<Edge> = after.into_iter().filter(|edge| edge.node() < id).collect();
        after.sort_unstable();
        after.dedup();
        let risk = action.risk();
        self.nodes.push(Node { id, address, action, cause, risk, after });
        id
    }

    /// Counts a container that is left as it is.
    pub fn keep(&mut self) {
        self.unchanged += 1;
    }

    /// Ends the collection.
    pub fn finish(self, project: impl Into<String>) -> Plan {
        Plan { project: project.into(), unchanged: self.unchanged, nodes: self.nodes }
    }
}

impl Plan {
    /// All nodes; each comes behind what it follows.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Finds a node by its number.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// Whether nothing would be changed; waits do not count.
    pub fn is_unchanged(&self) -> bool {
        !self.nodes.iter().any(|node| node.action.is_change())
    }

    /// How many actions change something.
    pub fn change_count(&self) -> usize {
        self.nodes.iter().filter(|node| node.action.is_change()).count()
    }

    /// The worst that any action puts at risk.
    pub fn risk(&self) -> Risk {
        self.nodes.iter().map(|node| node.risk).max().unwrap_or(Risk::None)
    }

    /// One line per node, `[1,2] -> #3 service/api/1 create(...) because not-found`; stable.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            let after: Vec<_> = node
                .after
                .iter()
                .map(|edge| match edge {
                    Edge::Success(id) => id.0.to_string(),
                    Edge::End(id) => format!("{}?", id.0),
                })
                .collect();
            let argument = node.action.argument().map(|it| format!("({it})")).unwrap_or_default();
            let _ = writeln!(
                text,
                "[{}] -> #{} {} {}{argument} because {}",
                after.join(","),
                node.id.0,
                node.address,
                node.action.verb(),
                node.cause
            );
        }
        text
    }
}

/// Machine form; version 1. Values of variables, secrets and configs are not in it.
impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PlanReport {
            v: 1,
            project: &self.project,
            changes: self.change_count(),
            unchanged: self.unchanged,
            risk: self.risk(),
            nodes: self.nodes.iter().map(NodeReport::from).collect(),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct PlanReport<'a> {
    v: u32,
    project: &'a str,
    changes: usize,
    unchanged: usize,
    risk: Risk,
    nodes: Vec<NodeReport<'a>>,
}

#[derive(Serialize)]
struct NodeReport<'a> {
    id: NodeId,
    address: &'a Address,
    action: &'static str,
    argument: Option<String>,
    /// Digest of what is created; two plans that differ in it are not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    cause: &'a Cause,
    risk: Risk,
    after: Vec<NodeId>,
}

impl<'a> From<&'a Node> for NodeReport<'a> {
    fn from(node: &'a Node) -> Self {
        Self {
            id: node.id,
            address: &node.address,
            action: node.action.verb(),
            argument: node.action.argument(),
            digest: node.action.digest(),
            cause: &node.cause,
            risk: node.risk,
            after: node.after.iter().map(|edge| edge.node()).collect(),
        }
    }
}
