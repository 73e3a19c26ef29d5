//! Which node runs next.

use std::collections::BTreeSet;
use wharf_plan::{Action, Edge, NodeId, NodeOutcome, Plan};

/// Ready nodes by importance, and what each node still waits for.
///
/// A node is the more important the longer the chain of nodes behind it: starting the first of
/// ten services that wait for each other comes before creating the tenth.
///
/// Nodes that are not on the longest chain can wait. While nodes on it run, few of the others run
/// beside them: they would only take the engine's time from those that everything waits for.
#[derive(Debug)]
pub(super) struct Schedule {
    open: Vec<usize>,
    followers: Vec<Vec<Edge>>,
    weight: Vec<usize>,
    /// Whether it is on a longest chain.
    is_critical: Vec<bool>,
    is_wait: Vec<bool>,
    settled: Vec<bool>,
    ready: BTreeSet<(std::cmp::Reverse<usize>, NodeId)>,
    unreachable: BTreeSet<NodeId>,
    running: Running,
    parallel: usize,
}

/// Nodes that run now, without waits.
#[derive(Debug, Default)]
struct Running {
    critical: usize,
    others: usize,
}

/// How many nodes that can wait run beside nodes on the longest chain.
const BESIDE: usize = 1;

impl Schedule {
    pub(super) fn new(plan: &Plan, parallel: usize) -> Self {
        let count = plan.nodes().len();
        let mut schedule = Self {
            open: vec![0; count],
            followers: vec![Vec::new(); count],
            weight: vec![0; count],
            is_critical: Vec::new(),
            is_wait: Vec::with_capacity(count),
            settled: vec![false; count],
            ready: BTreeSet::new(),
            unreachable: BTreeSet::new(),
            running: Running::default(),
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
        schedule.is_critical = schedule.on_longest_chain(plan);
        (0..count).map(NodeId).for_each(|id| schedule.ready_if_open(id));
        schedule
    }

    fn on_longest_chain(&self, plan: &Plan) -> Vec<bool> {
        let mut before = vec![0; self.weight.len()];
        for node in plan.nodes() {
            let longest = node.after.iter().map(|edge| before[edge.node().0] + 1).max();
            before[node.id.0] = longest.unwrap_or(0);
        }
        let lengths: Vec<usize> =
            before.iter().zip(&self.weight).map(|(before, weight)| before + weight).collect();
        let longest = lengths.iter().max().copied().unwrap_or(0);
        lengths.into_iter().map(|length| length == longest).collect()
    }

    /// Takes the next node to run. Waits take no place among the parallel ones.
    pub(super) fn next(&mut self) -> Option<NodeId> {
        let entry = *self.ready.iter().find(|(_, id)| self.has_room(*id))?;
        self.ready.remove(&entry);
        let id = entry.1;
        if let Some(running) = self.running_like(id) {
            *running += 1;
        }
        Some(id)
    }

    fn has_room(&self, id: NodeId) -> bool {
        let Running { critical, others } = self.running;
        let may_run = self.is_critical[id.0] || critical == 0 || others < BESIDE;
        self.is_wait[id.0] || (may_run && critical + others < self.parallel)
    }

    /// The count that a node belongs to; waits belong to none.
    fn running_like(&mut self, id: NodeId) -> Option<&mut usize> {
        if self.is_wait[id.0] {
            return None;
        }
        let Running { critical, others } = &mut self.running;
        Some(if self.is_critical[id.0] { critical } else { others })
    }

    /// Takes a node that can never run.
    pub(super) fn next_unreachable(&mut self) -> Option<NodeId> {
        self.unreachable.pop_first()
    }

    /// Notes how a node ended.
    pub(super) fn settle(&mut self, id: NodeId, outcome: NodeOutcome) {
        if outcome != NodeOutcome::Skipped
            && let Some(running) = self.running_like(id)
        {
            *running -= 1;
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
