//! Which node runs next.

use std::collections::BTreeSet;
use wharf_plan::{Action, Edge, NodeId, NodeOutcome, Plan};

/// Ready nodes by importance, and what each node still waits for.
///
/// A node is the more important the longer the chain of nodes behind it: starting the first of
/// ten services that wait for each other comes before creating the tenth.
#[derive(Debug)]
pub(super) struct Schedule {
    open: Vec<usize>,
    followers: Vec<Vec<Edge>>,
    weight: Vec<usize>,
    is_wait: Vec<bool>,
    settled: Vec<bool>,
    ready: BTreeSet<(std::cmp::Reverse<usize>, NodeId)>,
    unreachable: BTreeSet<NodeId>,
    busy: usize,
    parallel: usize,
}

impl Schedule {
    pub(super) fn new(plan: &Plan, parallel: usize) -> Self {
        let count = plan.nodes().len();
        let mut schedule = Self {
            open: vec![0; count],
            followers: vec![Vec::new(); count],
            weight: vec![0; count],
            is_wait: Vec::with_capacity(count),
            settled: vec![false; count],
            ready: BTreeSet::new(),
            unreachable: BTreeSet::new(),
            busy: 0,
            parallel: parallel.max(1),
        };
        for node in plan.nodes() {
            schedule.is_wait.push(matches!(node.action, Action::Await { .. }));
            schedule.open[node.id.0] = node.after.len();
            for edge in &node.after {
                let follower = match edge {
                    Edge::Success(_) => Edge::Success(node.id),
                    Edge::End(_) => Edge::End(node.id),
                };
                schedule.followers[edge.node().0].push(follower);
            }
        }
        for index in (0..count).rev() {
            let behind = schedule.followers[index].iter();
            let longest = behind.map(|edge| schedule.weight[edge.node().0]).max();
            schedule.weight[index] = longest.map_or(1, |weight| weight + 1);
        }
        (0..count).map(NodeId).for_each(|id| schedule.ready_if_open(id));
        schedule
    }

    /// Takes the next node to run. Waits take no place among the parallel ones.
    pub(super) fn next(&mut self) -> Option<NodeId> {
        let has_room = self.busy < self.parallel;
        let entry = *self.ready.iter().find(|(_, id)| has_room || self.is_wait[id.0])?;
        self.ready.remove(&entry);
        let id = entry.1;
        if !self.is_wait[id.0] {
            self.busy += 1;
        }
        Some(id)
    }

    /// Takes a node that can never run.
    pub(super) fn next_unreachable(&mut self) -> Option<NodeId> {
        self.unreachable.pop_first()
    }

    /// Notes how a node ended.
    pub(super) fn settle(&mut self, id: NodeId, outcome: NodeOutcome) {
        let ran = outcome != NodeOutcome::Skipped;
        if ran && !self.is_wait[id.0] {
            self.busy -= 1;
        }
        self.settled[id.0] = true;
        for edge in std::mem::take(&mut self.followers[id.0]) {
            let follower = edge.node();
            let blocks = matches!(edge, Edge::Success(_)) && outcome != NodeOutcome::Done;
            if blocks {
                if !self.settled[follower.0] {
                    self.unreachable.insert(follower);
                }
            } else {
                self.open[follower.0] -= 1;
                self.ready_if_open(follower);
            }
        }
    }

    fn ready_if_open(&mut self, id: NodeId) {
        if self.open[id.0] == 0 && !self.unreachable.contains(&id) {
            self.ready.insert((std::cmp::Reverse(self.weight[id.0]), id));
        }
    }
}
