//! Counts of a run.

use std::collections::BTreeMap;
use wharf_plan::{Action, Address, NodeOutcome, Plan, Summary};

/// What was done to one thing.
#[derive(Default)]
struct Deeds {
    created: bool,
    removed: bool,
    started: bool,
    stopped: bool,
}

/// Counts things, not actions: a container that is created, connected and started counts once.
pub(super) fn summary(plan: &Plan, outcomes: &[Option<NodeOutcome>], interrupted: bool) -> Summary {
    let mut things: BTreeMap<&Address, Deeds> = BTreeMap::new();
    let mut summary = Summary { unchanged: plan.unchanged, interrupted, ..Summary::default() };
    for node in plan.nodes() {
        match outcomes.get(node.id.0).copied().flatten() {
            Some(NodeOutcome::Failed) => summary.failed += 1,
            Some(NodeOutcome::Skipped) | None => summary.skipped += 1,
            Some(NodeOutcome::Done) => note(things.entry(&node.address).or_default(), &node.action),
        }
    }
    for deeds in things.values() {
        match deeds {
            Deeds { created: true, removed: true, .. } => summary.replaced += 1,
            Deeds { created: true, .. } => summary.created += 1,
            Deeds { removed: true, .. } => summary.removed += 1,
            Deeds { started: true, .. } => summary.started += 1,
            Deeds { stopped: true, .. } => summary.stopped += 1,
            Deeds { .. } => {}
        }
    }
    summary
}

fn note(deeds: &mut Deeds, action: &Action) {
    match action {
        Action::CreateContainer { .. } | Action::CreateNetwork(_) | Action::CreateVolume(_) => {
            deeds.created = true;
        }
        Action::RemoveContainer { .. }
        | Action::RemoveNetwork { .. }
        | Action::RemoveVolume { .. } => deeds.removed = true,
        Action::StartContainer { .. } => deeds.started = true,
        Action::StopContainer { .. } => deeds.stopped = true,
        _ => {}
    }
}
